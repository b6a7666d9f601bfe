"""state: what is known at one place of a rule file while it is gone through.

`Noted` is a predicate with the place where it was true or not. If what it looks at may
have changed by the time it is asked again (a filter ran, a variable was set), or if
asking again is not the same (a program), its answer is kept in a variable instead.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule
from maildrop_py.convert.predicate import Test, negated, tests_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate

MESSAGE = "message"
_MANY = 5
"""Tests in a predicate from which on it is worth a variable where it is used again."""


class Noted:
    """A predicate and where it was asked: behind `anchor` in the list of items."""

    def __init__(self, predicate: Predicate, anchor: object, line: int) -> None:
        self.predicate = predicate
        self.anchor = anchor
        self.line = line
        self.kept: Test | None = None


TRUE = Noted(True, None, 0)
FALSE = Noted(False, None, 0)


class State:
    """Everything that changes from statement to statement."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        """The variables; `environment.ages` counts how often each was set."""
        self.items: list[Any] = []
        self.message_age = 0
        self.reach = TRUE
        self.last = FALSE
        self.previous = FALSE
        self.succeeded: Predicate = True
        self.broken = ""
        """Why the message is not what the original would have here; "" where it is."""
        self.copying = 0
        self.found: dict[str, Noted] = {}
        """Where each group of an expression is found in the message, by its name."""
        self.asked: list[tuple[int, tuple[Any, ...]]] = []

    def note(self, predicate: Predicate, line: int) -> Noted:
        """The predicate, as of here."""
        return Noted(predicate, self.items[-1] if self.items else None, line)

    def use(self, noted: Noted, often: bool = False) -> Predicate:
        """The noted predicate as it can be asked now."""
        predicate = noted.predicate
        if noted.kept is not None:
            return noted.kept
        tests = tests_of(predicate)
        if all(self._still(test) for test in tests) and not (often and len(tests) >= _MANY):
            return predicate
        if isinstance(predicate, bool):
            return predicate
        if isinstance(predicate, Test) and predicate.key == "var" and self._still(predicate):
            return predicate
        name = self.free_name(f"held_{noted.line}")
        rule = ConvertedRule(f"line {noted.line}", noted.line, predicate, {"set": {name: "yes"}})
        rule.source = "(whether this held is asked again below)"
        at = 0
        if noted.anchor is not None:
            at = next(i for i, item in enumerate(self.items) if item is noted.anchor) + 1
        self.items.insert(at, rule)
        noted.kept = Test("var", {name: "^yes$"}, ((name, 0),))
        return noted.kept

    def _still(self, test: Test) -> bool:
        return test.repeatable and all(age == self.age(name) for name, age in test.marks)

    def age(self, name: str) -> int:
        """How often what `name` stands for has changed so far."""
        return self.message_age if name == MESSAGE else self.environment.ages.get(name, 0)

    def changed(self, name: str) -> None:
        if name == MESSAGE:
            self.message_age += 1
        else:
            self.environment.ages[name] = self.environment.ages.get(name, 0) + 1

    def free_name(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self.environment.ages:
            name, number = f"{wanted}_{number}", number + 1
        self.environment.ages[name] = 0
        return name

    def otherwise(self, noted: Noted) -> Predicate:
        """The contrary of a noted predicate, now."""
        return negated(self.use(noted))
