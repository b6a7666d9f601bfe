"""unreachable: finds rules that can never fire, because earlier ones end the run.

A rule is unreachable if an earlier final rule fires whenever it would. That is
shown where every condition of the earlier rule is implied by one of the later:
the same condition, fewer alternatives of it, or a threshold beyond it. What
cannot be shown this way is not claimed.

Earlier rules are found through `_marks`: if one condition implies another, a
mark of the first is among those of the second. So ten thousand rules are not
compared pair by pair.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from maildrop_py.rule_error import Problem
from maildrop_py.rules.actions.score import Score
from maildrop_py.rules.condition import all_inside
from maildrop_py.rules.conditions.all import All
from maildrop_py.rules.conditions.any import Any_
from maildrop_py.rules.conditions.spam_score import SpamScore
from maildrop_py.rules.language.rule import Rule
from maildrop_py.rules.matching.comparison import Comparison
from maildrop_py.rules.matching.several import Several
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition

Mark = Hashable

MOST_COMPARED = 100
"""Rules with a mark in common that are looked at, the latest first."""


def unreachable_rules(rules: Iterable[Rule]) -> Iterator[Problem]:
    """A warning for every rule that an earlier one shadows."""
    shadows = _Shadows()
    for rule in rules:
        earlier = shadows.over(rule)
        if earlier is not None:
            where = f"{os.path.basename(earlier.file)}:{earlier.line}"
            wording = text("rule {name!r} can never fire", name=rule.name)
            hint = text(
                "{name!r} ({where}) always ends the run first", name=earlier.name, where=where
            )
            yield Problem(rule.file, rule.line, 1, wording, hint)
        shadows.add(rule)


class _Shadows:
    """The final rules so far, by the marks of their first condition."""

    def __init__(self) -> None:
        self._catch_all: Rule | None = None
        self._by_mark: dict[Mark, list[Rule]] = {}
        self._by_score: dict[Mark, list[Rule]] = {}

    def over(self, rule: Rule) -> Rule | None:
        """An earlier rule that fires whenever `rule` would, None if none is known."""
        if self._catch_all is not None or rule.when is None:
            return self._catch_all
        for mark in _marks_implied(rule.when):
            for found in (self._by_mark, self._by_score):
                for earlier in found.get(mark, [])[-MOST_COMPARED:]:
                    if earlier.when is not None and _implies(rule.when, earlier.when):
                        return earlier
        return None

    def add(self, rule: Rule) -> None:
        if any(isinstance(action, Score) for action in rule.then.actions):
            self._by_score.clear()  # from here on the score may be another
        if not rule.then.final:
            return
        if rule.when is None:
            self._catch_all = self._catch_all or rule
            return
        found = self._by_score if _asks_score(rule.when) else self._by_mark
        for mark in _marks(rule.when):
            found.setdefault(mark, []).append(rule)


def _marks(condition: Condition) -> set[Mark]:
    """One of these is among the marks implied by whatever implies `condition`."""
    if isinstance(condition, All) and condition.conditions:
        return _marks(condition.conditions[0])
    if isinstance(condition, Any_):
        return {mark for inner in condition.conditions for mark in _marks(inner)}
    if isinstance(condition, SpamScore):
        return {SpamScore}
    tests = _tests_of(condition)
    if tests is None:
        itself: Any = condition
        return {itself}
    apart = _apart_from_tests(condition)
    return {(apart, test) for test in (*tests, None)}


def _marks_implied(condition: Condition) -> set[Mark]:
    if isinstance(condition, All):
        return {mark for inner in condition.conditions for mark in _marks_implied(inner)}
    if isinstance(condition, Any_):
        return _marks_implied(condition.conditions[0])
    tests = _tests_of(condition)
    if tests is None:
        return _marks(condition)
    return {(_apart_from_tests(condition), tests[0] if tests else None)}


def _tests_of(condition: Condition) -> tuple[Mark, ...] | None:
    """The alternatives of a condition with `tests`, each by itself; None for other ones."""
    tests = getattr(condition, "tests", None)
    if tests is None:
        return None
    return tuple(
        one for test in tests for one in (test.tests if isinstance(test, Several) else (test,))
    )


def _apart_from_tests(condition: Condition) -> tuple[Mark, ...]:
    """What a condition with `tests` is beside them: its kind, and which header it asks about."""
    fields = [getattr(condition, name) for name in type(condition).__slots__ if name != "tests"]  # type: ignore[attr-defined]
    return (type(condition), *fields)


def _asks_score(condition: Condition) -> bool:
    return any(isinstance(inner, SpamScore) for inner in all_inside(condition))


def _implies(stronger: Condition, weaker: Condition) -> bool:
    """Whether `weaker` surely holds where `stronger` does."""
    if stronger == weaker:
        return True
    if isinstance(weaker, All):
        return all(_implies(stronger, inner) for inner in weaker.conditions)
    if isinstance(stronger, Any_):
        return all(_implies(inner, weaker) for inner in stronger.conditions)
    if isinstance(weaker, Any_):
        return any(_implies(stronger, inner) for inner in weaker.conditions)
    if isinstance(stronger, All):
        return any(_implies(inner, weaker) for inner in stronger.conditions)
    if isinstance(stronger, SpamScore) and isinstance(weaker, SpamScore):
        wide = weaker.comparisons
        return all(any(_within(one, other) for other in wide) for one in stronger.comparisons)
    return type(stronger) is type(weaker) and _has_fewer_tests(stronger, weaker)


def _has_fewer_tests(stronger: Condition, weaker: Condition) -> bool:
    """Whether two conditions of a kind differ in that one has fewer alternatives."""
    few, many = _tests_of(stronger), _tests_of(weaker)
    if few is None or many is None or _apart_from_tests(stronger) != _apart_from_tests(weaker):
        return False
    return set(few) <= set(many)


def _within(narrow: Comparison, wide: Comparison) -> bool:
    """Whether every number that passes `narrow` passes `wide`."""
    return all(any(_bounds(term, limit) for term in narrow.terms) for limit in wide.terms)


def _bounds(term: tuple[str, float], limit: tuple[str, float]) -> bool:
    """Whether one comparison alone implies another."""
    (operator, bound), (outer, edge) = term, limit
    if outer == ">=":
        return operator in (">", ">=", "=", "==") and bound >= edge
    if outer == "<=":
        return operator in ("<", "<=", "=", "==") and bound <= edge
    if outer == ">":
        return bound > edge if operator in (">=", "=", "==") else operator == ">" and bound >= edge
    if outer == "<":
        return bound < edge if operator in ("<=", "=", "==") else operator == "<" and bound <= edge
    return operator in ("=", "==") and bound == edge
