"""stated_evidence: evidence that was written down, for examples and for what was logged.

Nobody is asked: what is not stated is unknown.
"""

from __future__ import annotations

from maildrop_py.evidence.country import Country
from maildrop_py.evidence.dnsbl import Listing
from maildrop_py.evidence.spf import Spf
from maildrop_py.policy.client import ClientEvidence
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.policy.client import Surroundings
    from maildrop_py.policy.protocol import Request

NOT_STATED = "nobody wrote it down"


@record
class Stated:
    """The answers to what would have to be asked, None where there is none.

    `dnsbl` are pairs of a zone and its answers; `spf_domain` and `spf_term` the domain
    that was asked and the mechanism that decided.
    """

    spf: str | None = None
    spf_domain: str = ""
    spf_term: str = ""
    dnsbl: tuple[tuple[str, tuple[str, ...]], ...] = ()
    known: bool | None = None
    country: str | None = None


NOTHING = Stated()


class StatedClient(ClientEvidence):
    """The evidence about a client of which others have learnt what was to be learnt."""

    def __init__(self, request: Request, around: Surroundings, stated: Stated) -> None:
        super().__init__(request, around, may_wait=True)
        self.offline = True
        self._stated = stated

    def spf(self) -> Spf:
        stated, border = self._stated, self.border()
        if stated.spf is None or border.address is None or border.authenticated:
            return Spf("unknown", unknown=border.unknown or NOT_STATED)
        domain = (border.sender or border.helo or "").rpartition("@")[2].lower()
        unknown = "DNS did not answer" if stated.spf == "temperror" else ""
        return Spf(
            stated.spf,
            stated.spf_domain or domain,
            mechanism=stated.spf_term,
            source="what was stated",
            unknown=unknown,
        )

    def dnsbl(self, zone: str) -> Listing:
        answers = dict(self._stated.dnsbl).get(zone)
        return Listing(zone, answers or (), "" if answers is not None else NOT_STATED)

    def known(self, address: str) -> bool | None:
        return self._stated.known

    def country(self) -> Country:
        code = self._stated.country
        return Country(code) if code is not None else Country(unknown=NOT_STATED)
