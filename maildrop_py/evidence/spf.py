"""spf: whether the sender's domain lets the client send its mail (RFC 7208).

This is our own door to SPF: what is asked, what is answered, what of it may be
kept and for how long. pyspf and DNS are loaded only where no answer was
kept. A null sender is checked as postmaster@HELO (2.4).

Known limits: a domain that is no name of at least two labels has the result
`none` (4.3), without any lookup.
"""

from __future__ import annotations

from maildrop_py.evidence import domains
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.resolver import Resolver
    from maildrop_py.message.ip import Address
    from maildrop_py.translation import Text

RESULTS = ("pass", "fail", "softfail", "neutral", "none", "temperror", "permerror")

_SAYS = {
    "pass": "SPF pass: {domain} lets {address} send{because}{by}",
    "fail": "SPF fail: {domain} does not let {address} send{because}{by}",
    "softfail": "SPF softfail: {domain} probably does not let {address} send{because}{by}",
    "neutral": "SPF neutral: {domain} does not say whether it lets {address} send{because}{by}",
    "none": "SPF none: {domain} publishes no policy{by}",
}
_OTHER = "SPF {result}: {reason}{by}"


@record
class Spf:
    """A result of `RESULTS`, or "unknown"; `domain` is the one that was asked.

    `identity` is mailfrom or helo, `mechanism` the term that decided,
    `explanation` the domain's own words for a fail or what went wrong,
    `source` who found it out. `unknown` says why nothing is known, also for a
    temperror; "" else.
    """

    result: str
    domain: str = ""
    identity: str = "mailfrom"
    mechanism: str = ""
    explanation: str = ""
    source: str = ""
    unknown: str = ""

    def remark(self, address: str) -> tuple[str, dict[str, str]]:
        """The result in English, and the values that it names; `address` is the client's."""
        values = {"result": self.result, "domain": self.domain or "the sender", "address": address}
        values["because"] = f" ({self.mechanism})" if self.mechanism else ""
        values["by"] = self.source and f", by {self.source}"
        values["reason"] = self.unknown or self.explanation
        if self.unknown or self.result not in _SAYS:
            return _OTHER, values
        return _SAYS[self.result], values

    def sentence(self, address: str, text: Text = str.format) -> str:
        """The result in words; by `translation.text` for people."""
        wording, values = self.remark(address)
        return text(wording, **values)


@record
class Identity:
    """Whom SPF asks about: local part and domain of the sender, or of the HELO name."""

    local: str
    domain: str
    kind: str


def identity(sender: str, helo: str) -> Identity:
    """The identity of envelope sender `sender`, "" being the null sender (2.4, 4.3)."""
    if not sender:
        return Identity("postmaster", domains.ascii_domain(helo) or "", "helo")
    local, domain = domains.split_address(sender)
    return Identity(local or "postmaster", domains.ascii_domain(domain) or "", "mailfrom")


def check(
    address: Address, who: Identity, helo: str, resolver: Resolver, now: float, receiver: str
) -> tuple[Spf, int, bool]:
    """The result, its life in seconds, and whether it is this very sender's and HELO's alone.

    A temperror has no life. Costs up to the resolver's budget; raises nothing.
    """
    if not _is_checkable(who.domain):
        return Spf("none", who.domain, who.kind), 0, False
    from maildrop_py.evidence.spf_query import Query

    query = Query(address, (who.local, who.domain), _helo(helo), resolver, now, receiver)
    result, text = query.evaluate()
    unknown = text if result == "temperror" else ""
    found = Spf(result, who.domain, who.kind, query.mechanism or "", text, "DNS", unknown)
    return found, 0 if unknown else query.ttl, query.personal


def pack(found: Spf) -> str:
    """`found` as one line of text for a store."""
    fields = (found.result, found.domain, found.identity, found.mechanism, found.explanation)
    return "\t".join(field.replace("\t", " ") for field in fields)


def unpack(text: str) -> Spf | None:
    """What `pack` made of it; None for anything else."""
    fields = text.split("\t")
    if len(fields) != 5 or fields[0] not in RESULTS:
        return None
    result, domain, kind, mechanism, explanation = fields
    return Spf(result, domain, kind, mechanism, explanation, "cache")


def _is_checkable(domain: str) -> bool:
    return "." in domain and not domain.startswith("[")


def _helo(helo: str) -> str:
    """The HELO name as `%{h}` has it; A-labels for an international one (RFC 8616 4)."""
    return (helo if helo.isascii() else domains.ascii_domain(helo)) or "unknown"
