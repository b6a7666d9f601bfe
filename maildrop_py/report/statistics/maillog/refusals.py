"""refusals: a line of smtpd, postscreen or a milter that refused something: why, and whom it hit.

Reasons are put together as pflogsumm does it: addresses and names that differ each time are
taken out. Known difference: where a hostile address has `; from=<` or the like in it, the
first field counts here, so that a client cannot choose what is counted.
"""

from __future__ import annotations

import re

from maildrop_py.record import record
from maildrop_py.report.statistics.maillog.hosts import Domains

_REFUSED = re.compile(r"(\S+) from (\S+?): (.*)", re.DOTALL)
_IN_BRACKETS = re.compile(r"(\d{3} <).*?(>:)", re.ASCII)
_PROTOCOL_ERROR = re.compile(r"\d{3} \d\.\d\.\d (Protocol error);.*", re.ASCII)
_FIRST_CLAUSE = re.compile(r".*?[:;] (?:\[[^\]]+\] )?([^;,]+)[;,].*")
_ADDRESS_REJECTED = re.compile(r"((?:Sender|Recipient) address rejected: [^:]+):.*")
_BLOCKED = re.compile(r"(client|Client host|Sender address) .+? blocked")
_OF_MAIL = re.compile(r"\d{3} (?:<.+>: )?([^;:]+)[;:]?.*", re.ASCII)
_OF_OTHERS = re.compile(r"(?:.*[:;] )?([^,]+).*")
_KNOWN = re.compile(
    r".*?\d{3} (Improper use of SMTP command pipelining"
    r"|Message size exceeds fixed limit|Server configuration (?:error|problem));.*",
    re.ASCII,
)
_FROM, _TO = re.compile(r"from=<([^>]+)>"), re.compile(r"to=<([^>]+)>")
_TO_UNKNOWN = re.compile(r"\d{3} <([^>]+)>: User unknown ", re.ASCII)
_TO_OPEN = re.compile(r"to=<(.*?)(?:[, ]|$)")
_HELO = re.compile(r" helo=<([^>]*)>")
_SPECIAL = ("RCPT", "DATA", "CONNECT")


@record
class Refusal:
    """`command` is the SMTP command that was refused, `whom` what the reason is counted by.

    `code` is the reply's first three digits, or "".
    """

    command: str
    client: str
    reason: str
    whom: str
    code: str
    helo: str
    is_greylisting: bool


def refusal_of(text: str, domains: Domains) -> Refusal | None:
    """What `RCPT from host[address]: 554 5.7.1 …` says; None if it says something else."""
    match = _REFUSED.match(text)
    if match is None:
        return None
    command, client, rest = match.groups()
    reason = _reason(command, rest)
    code = rest[:3] if rest[:3].isdigit() else ""
    helo = _HELO.search(rest)
    greylisting = "greylist" in rest.lower()
    if known := _KNOWN.match(reason):
        local = known[1].startswith("Server configuration")
        reason = f"(Local) {known[1]}" if local else known[1]
        whom = client if known[1].startswith("Improper") else domains.of(client)
    else:
        whom = _whom(reason, rest, client, domains)
    return Refusal(command, client, reason, whom, code, helo[1] if helo else "", greylisting)


def _whom(reason: str, rest: str, client: str, domains: Domains) -> str:
    if reason.startswith("Sender address rejected:"):
        sender = _FROM.search(rest)
        return sender[1] if sender else "<>"
    if reason.startswith("Recipient address rejected:") or re.match("User unknown( |$)", reason):
        found = _TO.search(rest) or _TO_UNKNOWN.search(rest) or _TO_OPEN.search(rest)
        return found[1] if found else "<>"
    return domains.of(client)


def _reason(command: str, rest: str) -> str:
    if command in _SPECIAL:
        reason = _IN_BRACKETS.sub(r"\1\2", rest, count=1) if _IN_BRACKETS.match(rest) else rest
        for pattern in (_PROTOCOL_ERROR, _FIRST_CLAUSE, _ADDRESS_REJECTED):
            if match := pattern.match(reason):
                reason = match[1]
        return _BLOCKED.sub("blocked", reason, count=1)
    pattern = _OF_MAIL if command == "MAIL" else _OF_OTHERS
    match = pattern.match(rest)
    return match[1] if match else rest


def shortened(text: str, most: int) -> str:
    """A reason without the words of who said it, at most `most` characters, as pflogsumm cuts."""
    while len(text) > most:
        _, said, after = text.rpartition(" said: ")
        if said:
            text = after
        elif ":" in text:
            text = text.partition(":")[2].lstrip(" ")
        else:
            return cut(text, most)
    return text


def cut(text: str, most: int) -> str:
    """At most `most` characters, the last of which are then "..."."""
    return text if len(text) <= most else text[: most - 3] + "..."
