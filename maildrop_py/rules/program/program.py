"""program: a compiled set of rules, ready to be run.

Rules are unpacked when they are first reached. `candidates` names the rules
that may fire for a message at all: those without anchors, and those of which
an anchor stands in the message. Its cost depends on the length of the headers
that rules ask for, not on the number of rules.
"""

from __future__ import annotations

from maildrop_py.rules.program.packing import unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.language.rule_set import Rule
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.program.header_scan import Glance

Table = dict[str, int | tuple[int, ...]]
"""The first so many characters of an anchor -> the number of its rule, or several."""

Index = dict[str, dict[int, Table]]
"""field -> how many characters -> table; ANY for the one table of a field with FEW anchors."""

ANY = 0

LENGTHS = (32, 24, 16, 12, 8, 6, 5, 4, 3, 2)
"""How much of an anchor is looked up: the first of these that it is long enough for.
A text is gone through once for each length that a field's anchors have."""

FEW = 64
"""With fewer prefixes than this, each is looked for in the text; with more of one
length, each piece of the text is looked up among them."""

NUMBER = 4
"""Bytes of a number in `ends`."""

MANY = 20
"""Messages; a program that goes through more takes one look for all its fields at once."""


class Program:
    """The rules of a RuleSet, by number, its settings, and the DNS lists that rules ask.

    `packed` holds all rules one behind the other, `ends` where each of them
    ends: ten thousand rules are two objects until one of them is wanted. `settled`
    is for `decide`: the decisions that nothing but a rule, or a folder, makes what they are.
    """

    __slots__ = (
        *("_asked", "_ends", "_glance", "_packed", "_rules"),
        *("always", "index", "settings", "settled", "zones"),
    )

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
        self.settled: dict[int | str, Any] = {}
        self._packed = packed
        self._ends = ends
        self._rules: dict[int, Rule] = {}
        self._asked = 0
        self._glance: Glance | None = None

    def __len__(self) -> int:
        return len(self._ends) // NUMBER

    def state(self) -> tuple[bytes, bytes, tuple[int, ...], Index, tuple[str, ...]]:
        """All but the settings, as plain values in the order of the constructor."""
        return self._packed, self._ends, self.always, self.index, self.zones

    def rule(self, number: int) -> Rule:
        """The rule with this number, counted from 0 in the order of the file."""
        rule = self._rules.get(number)
        if rule is None:
            import marshal

            packed = self._packed[self._end(number - 1) : self._end(number)]
            rule = self._rules[number] = unpack(marshal.loads(packed))
        return rule

    def _end(self, number: int) -> int:
        at = NUMBER * number
        return int.from_bytes(self._ends[at : at + NUMBER], "big") if at >= 0 else 0

    def candidates(self, facts: Facts) -> list[int]:
        """The numbers of all rules that may fire, in order."""
        hits = set(self.always)
        for field in self._glance_at(facts, hits):
            text = facts.folded(field)
            if text:
                for length, table in self.index[field].items():
                    look_up(text, length, table, hits)
        return sorted(hits)

    def _glance_at(self, facts: Facts, hits: set[int]) -> Iterable[str]:
        """Does as much as a look can do; returns the fields of the index that are left."""
        if self._glance is None:
            self._asked += 1
            if self._asked < MANY:
                return self.index
            from maildrop_py.rules.program.header_scan import Glance

            self._glance = Glance(self.index)
        facts.known, left = self._glance.look(facts.message.headers, hits)
        return left


def no_rules() -> Program:
    """The program without a rule: everything goes to INBOX."""
    from maildrop_py.rules.language.settings import Settings

    return Program(Settings(), b"", b"", (), {})


def look_up(text: str, length: int, table: Table, hits: set[int]) -> None:
    """Adds to `hits` the rules of every prefix that stands somewhere in `text`."""
    if len(table) < FEW:
        found = [numbers for prefix, numbers in table.items() if prefix in text]
    else:
        pieces = (text[at : at + length] for at in range(len(text) - length + 1))
        found = list({table[piece] for piece in pieces if piece in table})
    for numbers in found:
        if isinstance(numbers, int):
            hits.add(numbers)
        else:
            hits.update(numbers)
