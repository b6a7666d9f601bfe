"""program: a compiled set of rules, ready to be run.

Rules are unpacked when they are first reached. `candidates` names the rules
that may fire for a message at all: those without anchors, and those that have an
anchor in the message. Its cost depends on the length of the headers that rules
ask for, not on the number of rules.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.rules.program.index import look_up
from maildrop_py.rules.program.packing import unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.rules.condition import Facts, Outcome
    from maildrop_py.rules.language.rule import Rule
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.program.index import Index

    Prepared = tuple[Rule, Callable[[Facts], Outcome] | None]

NUMBER = 4
"""Bytes of a number in `ends`."""


class Program:
    """The rules of a RuleSet, by number, its settings, and the DNS lists that rules ask.

    `prepared` has each rule with what tests its condition, None where it has none.
    `packed` holds all rules one behind the other, `ends` where each of them
    ends: ten thousand rules are two objects until one of them is wanted.
    """

    __slots__ = ("_ends", "_packed", "always", "index", "prepared", "settings", "zones")

    def __init__(
        self,
        settings: Settings,
        packed: bytes,
        ends: bytes,
        always: tuple[int, ...],
        index: Index,
        zones: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.always = always
        self.index = index
        self.zones = zones
        self._packed = packed
        self._ends = ends
        self.prepared: Memo[int, Prepared] = Memo(self._prepare, most=len(self) + 1)

    def __len__(self) -> int:
        return len(self._ends) // NUMBER

    def state(self) -> tuple[bytes, bytes, tuple[int, ...], Index, tuple[str, ...]]:
        """All but the settings, as plain values in the order of the constructor."""
        return self._packed, self._ends, self.always, self.index, self.zones

    def rule(self, number: int) -> Rule:
        """The rule with this number, counted from 0 in the order of the file."""
        return self.prepared[number][0]

    def _prepare(self, number: int) -> Prepared:
        import marshal

        packed = self._packed[self._end(number - 1) : self._end(number)]
        rule: Rule = unpack(marshal.loads(packed))
        if rule.when is None:
            return rule, None
        from maildrop_py.rules.conditions.all import alone

        return rule, alone(rule.when).test

    def _end(self, number: int) -> int:
        at = NUMBER * number
        return int.from_bytes(self._ends[at : at + NUMBER], "big") if at >= 0 else 0

    def candidates(
        self, facts: Facts, found: Iterable[int] = (), fields: Iterable[str] | None = None
    ) -> list[int]:
        """The numbers of all rules that may fire, in order.

        Where a HeaderScan has looked already, `found` are the rules that it found,
        and `fields` those of the index that are left.
        """
        hits = {*self.always, *found}
        for field in self.index if fields is None else fields:
            text = facts.folded(field)
            if text or facts.has(field):
                for length, table in self.index[field].items():
                    look_up(text, length, table, hits)
        return sorted(hits)


def no_rules() -> Program:
    """The program without a rule: everything goes to INBOX."""
    from maildrop_py.rules.language.settings import Settings

    return Program(Settings(), b"", b"", (), {})
