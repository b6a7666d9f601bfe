"""silence: why a message gets no automatic answer (RFC 3834 2, RFC 5230 4.5 to 4.7).

Answered is mail from a person to one of the user's own addresses, and nothing else: not lists,
not machines, not what may be forged, because the answer would go to somebody who has sent
nothing, or to a program that answers in turn.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.headers import Headers
    from maildrop_py.rules.condition import Facts

MACHINES = (
    *("mailer-daemon", "postmaster", "listserv", "majordomo", "root", "daemon", "nobody"),
    *("noreply", "no-reply", "donotreply", "do-not-reply", "no_reply", "do_not_reply"),
)
"""Local parts that no person reads."""
BEGINNINGS = ("owner-", "bounce-", "bounces-")
ENDINGS = ("-request", "-owner", "-bounces", "-bounce")
TO_ME = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
BULK = ("bulk", "list", "junk")


def why_silent(facts: Facts, own: Collection[str]) -> str:
    """The reason to be silent, in words; "" if an answer may be sent.

    `own` are the user's addresses, in lower case. SPF is asked last, for it may take time.
    """
    headers, evidence = facts.message.headers, facts.evidence
    if facts.message.file is not None:
        return "it is filed already"
    return (
        _about_sender(facts.sender(), own)
        or _about_headers(headers)
        or ("" if own_address(facts, own) else "none of my addresses is in To or Cc")
        or _about_evidence(evidence)
    )


def own_address(facts: Facts, own: Collection[str]) -> str:
    """The address of the user that the message is to, as it is written there; "" if none is."""
    for name in TO_ME:
        for address in facts.addresses(name):
            if address.lower() in own:
                return address
    return ""


def _about_sender(sender: str | None, own: Collection[str]) -> str:
    if sender is None:
        return "the envelope sender is not known"
    if not sender:
        return "it is from the null sender"
    local, _, domain = sender.lower().rpartition("@")
    if not local or not domain:
        return f"{sender} is no address that an answer can be sent to"
    name = local.partition("+")[0]
    if name in MACHINES or local.startswith(BEGINNINGS) or name.endswith(ENDINGS):
        return f"{sender} is a program's address"
    return "it is from myself" if sender.lower() in own else ""


def _about_headers(headers: Headers) -> str:
    if headers.any_begins((b"list-",)) and any(
        field.name.lower().startswith("list-") for field in headers.fields
    ):
        return "it came through a mailing list"
    for said in _values(headers, "Auto-Submitted"):
        if said.partition(";")[0].strip() != "no":
            return f"it is itself automatic (Auto-Submitted: {said})"
    for precedence in _values(headers, "Precedence"):
        if precedence in BULK:
            return f"it is bulk mail (Precedence: {precedence})"
    for wanted in _values(headers, "X-Auto-Response-Suppress"):
        if wanted != "none":
            return f"its sender wants no answer (X-Auto-Response-Suppress: {wanted})"
    kind = (headers.first("Content-Type") or "").partition(";")[0].strip().lower()
    return "it is a report of a mail server" if kind == "multipart/report" else ""


def _values(headers: Headers, name: str) -> list[str]:
    """Every field counts: one that says "no" on top takes nothing away from the others."""
    return [field.value.strip().lower() for field in headers.all(name)]


def _about_evidence(evidence: Evidence) -> str:
    if evidence.spam().flag:
        return "a filter says that it is spam"
    if any(finding.result == "fail" for finding in evidence.auth().of("dmarc")):
        return "its sender is forged (DMARC fails)"
    if evidence.spf().result == "fail":
        return "its sender is forged (SPF fails)"
    return ""
