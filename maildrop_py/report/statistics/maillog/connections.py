"""connections: who connected to smtpd, how often, for how long, and what became of it.

A connection has brought mail, was refused, or neither: the client left without either. What
a client says in HELO is in Postfix's log only where something was refused.
"""

from __future__ import annotations

from collections import Counter

from maildrop_py.evidence.helo import kinds
from maildrop_py.message import ip
from maildrop_py.report.statistics.maillog.hosts import Domains, name_and_address
from maildrop_py.report.statistics.maillog.sums_by_name import SumsByName
from maildrop_py.report.statistics.places import connection_names
from maildrop_py.report.statistics.split import Split
from maildrop_py.report.statistics.top import Top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.report.statistics.maillog.refusals import Refusal
    from maildrop_py.report.statistics.maillog.stamps import Minute

BROUGHT, LEFT, GREYLISTED, REFUSED = range(4)
"""What became of a connection: the places of `connection_names`."""
MOST_HOSTS = 50_000
_MOST_OPEN = 10_000


class Connections:
    """Counts connections; `country` says where an address is."""

    def __init__(self, country: Callable[[ip.Address], str] | None = None) -> None:
        self.number = self.seconds = 0
        self.outcomes = [0] * 4
        self.hosts = Top(MOST_HOSTS)
        self.domains = SumsByName(3)
        self.hours = [[0.0] * 3 for _ in range(24)]
        self.top_level, self.countries = Split(connection_names), Split(connection_names)
        self.helo = Split(connection_names)
        self.country = country
        self._since: dict[str, int] = {}
        self._outcome: dict[str, int] = {}

    def line(self, pid: str, said: str, seconds: int, minute: Minute, domains: Domains) -> None:
        """`connect from …` or `disconnect from …` of one process of smtpd."""
        if said.startswith("c"):
            if len(self._since) >= _MOST_OPEN:
                del self._since[next(iter(self._since))]
            self._since[pid] = seconds
            self._outcome[pid] = LEFT
        elif pid in self._since:
            taken = seconds - self._since.pop(pid)
            outcome = self._outcome.pop(pid, LEFT)
            self._ended(said[16:].partition(" ")[0], taken, outcome, minute, domains)

    def took(self, pid: str) -> None:
        """This process has taken a message in."""
        if pid in self._outcome:
            self._outcome[pid] = BROUGHT

    def refused(self, pid: str, refusal: Refusal) -> None:
        """This process has refused something."""
        outcome = GREYLISTED if refusal.is_greylisting else REFUSED
        if pid in self._outcome and self._outcome[pid] != BROUGHT:
            self._outcome[pid] = outcome
        if refusal.helo:
            address = ip.parse(name_and_address(refusal.client)[1])
            for kind in kinds(refusal.helo, address) or ("a host name",):
                self.helo.add(kind, outcome)

    def per_host(self) -> dict[int, int]:
        """How many hosts came once, twice and so on: number of connections -> hosts."""
        return dict(sorted(Counter(self.hosts.counts.values()).items()))

    def _ended(
        self, client: str, taken: int, outcome: int, minute: Minute, domains: Domains
    ) -> None:
        self.number += 1
        self.seconds += taken
        self.outcomes[outcome] += 1
        _add(self.hours[minute.hour], taken)
        _add(self.domains.row(domains.of(client)), taken)
        name, address = name_and_address(client)
        self.hosts.add(client)
        self.top_level.add(f".{name.rpartition('.')[2].lower()}" if name else "(no name)", outcome)
        if self.country is not None and (where := ip.parse(address)) is not None:
            self.countries.add(self.country(where), outcome)


def _add(row: list[float], taken: int) -> None:
    """Count one in a row of number, seconds, and the most seconds."""
    row[0] += 1
    row[1] += taken
    row[2] = max(row[2], taken)
