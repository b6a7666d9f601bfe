"""clients: what the names of clients say, each kind divided by where their mail went.

The judgements are those of the conditions `s25r`, `dynamic_fqdn` and `helo`, made from the
names that the log or the header has: nobody is asked.
"""

from __future__ import annotations

from maildrop_py.evidence.helo import KINDS, kinds
from maildrop_py.evidence.reverse_name import RULES, clean, dynamic, s25r
from maildrop_py.message import ip
from maildrop_py.report.statistics.figures import Bars
from maildrop_py.report.statistics.places import kind_names
from maildrop_py.report.statistics.split import Split
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NO_NAME = "(no name)"
SHOWN = 15
_MOST_KNOWN = 2_000


class Clients:
    """Counts clients by top-level domain, S25R rule, dynamic name, kind of HELO and country."""

    TALLIES = ("hosts", "domains", "s25r", "dynamic", "helo", "countries")

    def __init__(
        self,
        country: Callable[[ip.Address], str] | None = None,
        names: Callable[[], tuple[str, ...]] = kind_names,
    ) -> None:
        self.hosts, self.domains, self.s25r = Split(names), Split(names), Split(names)
        self.dynamic, self.helo, self.countries = Split(names), Split(names), Split(names)
        self._country = country
        self._known: dict[tuple[str, str, str], tuple[tuple[Split, str], ...]] = {}

    def add(self, address: str, name: str | None, helo: str, place: int) -> None:
        """One message; `name` is the verified reverse name, None where nobody looked."""
        key = address, name or ("" if name is not None else "?"), helo
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = tuple(self._judge(address, name, helo))
        for tally, kind in found:
            tally.add(kind, place)

    def _judge(self, address: str, name: str | None, helo: str) -> list[tuple[Split, str]]:
        where = ip.parse(address)
        found: list[tuple[Split, str]] = []
        if name is not None:
            name = clean(name)
            found.append((self.domains, f".{name.rpartition('.')[2]}" if name else NO_NAME))
            found += [(self.s25r, f"{number}: {RULES[number]}") for number in s25r(name)]
            is_dynamic = bool(name and where is not None and dynamic(name, where))
            found.append((self.dynamic, "yes" if is_dynamic else "no"))
        host = f"{name} [{address}]" if name else f"[{address}]"
        found.append((self.hosts, host))
        if helo:
            said = kinds(helo, where)
            found += [(self.helo, kind) for kind in said or ("a host name",)]
        if self._country is not None and where is not None:
            found.append((self.countries, self._country(where)))
        return found

    def figures(self, key: str = "client", unit: str = "") -> list[Bars]:
        """A figure for each way to count that has anything in it; keys begin with `key`."""
        titles = {
            "hosts": (text("Client hosts"), text("host")),
            "domains": (text("Top-level domains of clients"), text("domain")),
            "countries": (text("Countries of clients"), text("country")),
            "helo": (text("Kinds of HELO names"), text("kind")),
            "s25r": (text("Names that S25R's rules hold for"), text("rule")),
            "dynamic": (text("Dynamic names"), text("dynamic")),
        }
        found = [
            getattr(self, each).bars(
                f"{key}-{each}",
                *titles[each],
                SHOWN,
                label=_LABELS.get(each, str),
                remark=kinds_in_words(self.helo) if each == "helo" else "",
                unit=unit,
            )
            for each in titles
        ]
        return [one for one in found if one.rows]


def kinds_in_words(helo: Split) -> str:
    """What the kinds of HELO names are that were seen."""
    return "; ".join(f"{kind}: {text(says)}" for kind, says in KINDS.items() if kind in helo.counts)


def _rule(name: str) -> str:
    number, _, says = name.partition(": ")
    return f"{number}: {text(says)}"


_LABELS: dict[str, Callable[[str], str]] = {
    "domains": text,
    "dynamic": text,
    "helo": text,
    "countries": text,
    "s25r": _rule,
}
"""How names that are ours, and not of clients, are said in the reader's language."""
