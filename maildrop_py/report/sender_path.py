"""sender_path: by which way a message came and who says so, in lines of text.

Nothing is looked up here: SPF, the results of trusted servers and the
name in DNS are shown if a rule asked for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maildrop_py.report.visible import visible
from maildrop_py.translation import marked, text

if TYPE_CHECKING:
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.evidence.reverse_name import ReverseName
    from maildrop_py.evidence.spf import Spf
    from maildrop_py.evidence.trusted_headers import Authentication

UNKNOWN = marked("not known")


def path_lines(evidence: Evidence) -> Iterator[str]:
    """The hops that were believed, the border and its client, and what rules asked about it."""
    border = evidence.border()
    yield text("path:")
    for sentence in border.sentences(text):
        yield f"    {visible(sentence)}"
    yield text("sender:")
    for sentence in (*_client(border, evidence.answered("reverse name")), *_asked(evidence)):
        yield f"    {visible(sentence)}"


def was_asked(evidence: Evidence) -> bool:
    """Whether a rule asked about the path."""
    return evidence.answered("border") is not None


def _client(border: Border, looked_up: ReverseName | None) -> Iterator[str]:
    if border.address is not None:
        unverified = "not looked up" if border.name is None else "none that is verified"
        name = border.name or text(unverified)
        if border.name is None and looked_up is not None:
            name = looked_up.name or text(looked_up.unknown) or text("none that is verified")
            name += f" ({looked_up.source})" if looked_up.source else ""
        address = border.address.text
        yield text("client address {address}, name: {name}", address=address, name=name)
        yield f"HELO: {border.helo or text(UNKNOWN)}"
    sender = text(UNKNOWN) if border.sender is None else border.sender or "<>"
    yield text("envelope sender: {sender}", sender=sender)


def _asked(evidence: Evidence) -> Iterator[str]:
    spf: Spf | None = evidence.answered("spf")
    if spf is not None:
        address = evidence.border().address
        yield spf.sentence(address.text if address else text("the client"), text)
    auth: Authentication | None = evidence.answered("auth")
    if auth is not None:
        said = ", ".join(f"{one.method}={one.result}" for one in auth.findings)
        yield text(auth.unknown) or f"{', '.join(auth.servers)}: {said or text('no result')}"
