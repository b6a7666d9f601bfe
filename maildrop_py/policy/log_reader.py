"""log_reader: the policy's own log, read again: for `replay`, and for `why`.

Lines that are none of ours, or were cut off when the disk was full, are passed over and
counted.
"""

from __future__ import annotations

import json
from calendar import timegm
from typing import NamedTuple

from maildrop_py.message import ip
from maildrop_py.policy.protocol import Request
from maildrop_py.policy.replay import Logged
from maildrop_py.policy.stated_evidence import Stated
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_OURS = ("time", "rule", "want", "outcome", "action", "why", "evidence", "score", "left", "waited")
_WAS = {"DEFER_IF_PERMIT": "defer", "REJECT": "reject", "SLEEP": "tarpit"}


class Lines(NamedTuple):
    """What was read, and how many lines could not be."""

    entries: list[dict[str, Any]]
    bad: int = 0


def entries_of(lines: Iterable[str]) -> Iterator[dict[str, Any] | None]:
    """Each line as an object; None for one that is none."""
    for line in lines:
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        yield found if isinstance(found, dict) and isinstance(found.get("time"), str) else None


def logged_of(entry: dict[str, Any]) -> Logged | None:
    """The request that an entry is about; None for one that is no decision."""
    if not isinstance(entry.get("action"), str) or not entry.get("client_address"):
        return None
    attributes = {name: str(value) for name, value in entry.items() if name not in _OURS}
    attributes |= {"request": "smtpd_access_policy", "protocol_state": "RCPT"}
    was = _WAS.get(entry["action"].partition(" ")[0], "pass")
    moment = time_of(entry["time"])
    if moment is None:
        return None
    return Logged(moment, Request(attributes), _stated(entry.get("evidence")), was)


def time_of(text: str) -> float | None:
    """Seconds since the epoch of `2026-11-28T03:12:55Z`; None for anything else."""
    try:
        day, _, clock = text.rstrip("Z").partition("T")
        numbers = [int(number) for number in (*day.split("-"), *clock.split(":"))]
        return float(timegm((*numbers, 0, 0, 0))) if len(numbers) == 6 else None
    except ValueError:
        return None


def _stated(found: Any) -> Stated:
    if not isinstance(found, dict):
        return Stated()
    listed = found.get("dnsbl")
    zones = listed.items() if isinstance(listed, dict) else ()
    known = found.get("known")
    return Stated(
        _text(found.get("spf")),
        _text(found.get("spf_domain")) or "",
        _text(found.get("spf_term")) or "",
        tuple((zone, tuple(map(str, codes))) for zone, codes in zones if isinstance(codes, list)),
        known if isinstance(known, bool) else None,
        _text(found.get("country")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def is_about(entry: dict[str, Any], wanted: str) -> bool:
    """Whether an entry is about this IP address, mail address, domain or host name."""
    address = ip.parse(wanted)
    if address is not None:
        client = ip.parse(str(entry.get("client_address", "")))
        return client is not None and client.packed == address.packed
    wanted = wanted.lower().strip("<>")
    people = [str(entry.get(name, "")).lower() for name in ("sender", "recipient")]
    hosts = [str(entry.get(name, "")).lower() for name in ("client_name", "helo_name")]
    domains = [one.rpartition("@")[2] for one in people]
    return wanted in (*people, *hosts, *([] if "@" in wanted else domains))


def in_words(entry: dict[str, Any]) -> list[str]:
    """One decision for people to read."""
    if "action" not in entry:
        return [f"{entry['time']} {translated('it has sent its message after it had to wait')}"]
    client = f"{entry.get('client_name') or 'unknown'} [{entry.get('client_address')}]"
    ends = {"sender": entry.get("sender", ""), "recipient": entry.get("recipient", "")}
    helo = f", HELO {entry['helo_name']}" if entry.get("helo_name") else ""
    lines = [
        f"{entry['time']} {client}{helo}",
        "    " + translated("from <{sender}> to <{recipient}>", **ends),
        "    " + translated("answer: {action}", action=entry["action"]),
        f"    {_by(entry)}{_outcome(entry)}",
    ]
    why = entry.get("why")
    lines += [f"    {reason}" for reason in why] if isinstance(why, list) else []
    evidence = entry.get("evidence")
    if isinstance(evidence, dict) and evidence:
        known = ", ".join(f"{name} {value}" for name, value in evidence.items())
        lines.append("    " + translated("known: {evidence}", evidence=known))
    return [line if line.isprintable() else _visible(line) for line in lines]


_OUTCOMES = {
    "new": marked("it was never seen before"),
    "early": marked("it came again too early"),
    "late": marked("it came again too late"),
    "clock": marked("the clock was set back since its first try"),
    "back": marked("it came again in time"),
    "known": marked("this sender and recipient passed before"),
    "proven": marked("the client has proven itself"),
    "exempt": marked("it is one of us, and never has to wait"),
    "tarpit": marked("it had to wait for the answer"),
    "waited": marked("it has waited already in this session"),
    "unstored": marked("nothing could be stored, so it passed"),
}


def _by(entry: dict[str, Any]) -> str:
    rule = entry.get("rule")
    return (
        translated("by rule {name!r}", name=rule) if rule else translated("no rule ended the run")
    )


def _outcome(entry: dict[str, Any]) -> str:
    outcome = _OUTCOMES.get(str(entry.get("outcome")), "")
    seconds = entry.get("waited")
    waited = translated(", after {seconds} s", seconds=seconds) if seconds else ""
    return f": {translated(outcome)}{waited}" if outcome else ""


def _visible(line: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in line)
