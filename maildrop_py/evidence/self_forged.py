"""self_forged: a message that says it is from its own recipient, and nobody vouches for that.

From is my own address, or one at my own domain; yet the message came in from
outside in a session that did not authenticate, and neither an SPF pass nor a
DKIM pass nor DMARC of a trusted server is for that domain.

Known limits: my own post that comes back by way of a mailing list is vouched
for by DKIM alone, at best; lists want a rule before this one. The result is
unknown where SPF could not be asked.
"""

from __future__ import annotations

from maildrop_py.evidence.spf_whitelist import aligned, domain_of
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.spf import Spf
    from maildrop_py.evidence.trusted_headers import Authentication


@record
class SelfForged:
    """Whether the message is forged so, None where that is unknown, and why."""

    forged: bool | None
    why: str


def claimed(authors: tuple[str, ...], mine: tuple[str, ...]) -> str:
    """The first of `authors` that is one of `mine`, which are addresses and domains; else ""."""
    addresses = {own.lower() for own in mine if "@" in own}
    own_domains = {own.lower().removeprefix("@") for own in mine}
    for author in authors:
        if author.lower() in addresses or domain_of(author) in own_domains:
            return author
    return ""


def judge(author: str, border: Border, spf: Spf, authentication: Authentication) -> SelfForged:
    """Whether a message from `author`, who is one of us, is forged."""
    domain = domain_of(author)
    if border.inside:
        return SelfForged(False, "it never was outside")
    if border.authenticated:
        return SelfForged(False, "the session was authenticated")
    if spf.result == "pass" and aligned(spf.domain, domain):
        return SelfForged(False, f"SPF vouches for {spf.domain}")
    signer = _signer(authentication, domain)
    if signer:
        return SelfForged(False, f"{signer} vouches for {domain}")
    if spf.unknown:
        return SelfForged(None, spf.unknown)
    return SelfForged(True, f"nobody vouches for {author}: SPF {spf.result}, no DKIM pass")


def _signer(authentication: Authentication, domain: str) -> str:
    """The method by which a trusted server found that `domain` vouches for the message."""
    for finding in authentication.findings:
        if finding.result != "pass":
            continue
        if finding.method == "dkim":
            signer = finding.value("header.d") or finding.value("header.i").rpartition("@")[2]
        elif finding.method == "dmarc":
            signer = finding.value("header.from").rpartition("@")[2]
        else:
            continue
        if aligned(signer.lower(), domain):
            return finding.method.upper()
    return ""
