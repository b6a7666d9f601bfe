"""program: a compiled set of rules, ready to be run.

Rules are unpacked when they are first reached. `candidates` names the rules
that may fire for a message at all: those without anchors, and those of which
an anchor stands in the message. Its cost depends on the length of the headers
that rules ask for, not on the number of rules.
"""

from __future__ import annotations

from maildrop_py.rules.packing import unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.rule_set import Rule
    from maildrop_py.rules.settings import Settings

Index = dict[str, dict[int, dict[str, tuple[int, ...]]]]
"""field -> length -> the first so many characters of an anchor -> rules."""

LENGTHS = (32, 24, 16, 12, 8, 6, 5, 4, 3)
"""How much of an anchor is looked up: the first of these that it is long enough for.
A text is gone through once for each length that a field's anchors have."""

FEW = 64
"""With fewer prefixes than this, each is looked for in the text; with more,
each piece of the text is looked up among them."""


class Program:
    """The rules of a RuleSet, by number, and its settings."""

    __slots__ = ("_packed", "_rules", "always", "index", "settings")

    def __init__(
        self,
        settings: Settings,
        packed: list[Any],
        always: tuple[int, ...],
        index: Index,
    ) -> None:
        self.settings = settings
        self.always = always
        self.index = index
        self._packed = packed
        self._rules: dict[int, Rule] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def state(self) -> tuple[list[Any], tuple[int, ...], Index]:
        """All but the settings, as plain values in the order of the constructor."""
        return self._packed, self.always, self.index

    def rule(self, number: int) -> Rule:
        """The rule with this number, counted from 0 in the order of the file."""
        rule = self._rules.get(number)
        if rule is None:
            import marshal

            rule = self._rules[number] = unpack(marshal.loads(self._packed[number]))
        return rule

    def candidates(self, facts: Facts) -> list[int]:
        """The numbers of all rules that may fire, in order."""
        hits = set(self.always)
        for field, by_length in self.index.items():
            text = facts.folded(field)
            if text:
                for length, table in by_length.items():
                    _look_up(text, length, table, hits)
        return sorted(hits)


def no_rules() -> Program:
    """The program without a rule: everything goes to INBOX."""
    from maildrop_py.rules.settings import Settings

    return Program(Settings(), [], (), {})


def _look_up(text: str, length: int, table: dict[str, tuple[int, ...]], hits: set[int]) -> None:
    if len(table) < FEW:
        for prefix, numbers in table.items():
            if prefix in text:
                hits.update(numbers)
        return
    for at in range(len(text) - length + 1):
        numbers_here = table.get(text[at : at + length])
        if numbers_here is not None:
            hits.update(numbers_here)
