"""unreachable: finds rules that can never fire, because earlier ones end the run.

A rule is unreachable if an earlier final rule fires whenever it would. That is
shown where every condition of the earlier rule is implied by one of the later:
the same condition, fewer alternatives of it, or a threshold beyond it. What
cannot be shown this way is not claimed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from maildrop_py.errors import Problem
from maildrop_py.rules.comparison import Comparison
from maildrop_py.rules.conditions.all import All
from maildrop_py.rules.conditions.any import Any_
from maildrop_py.rules.conditions.header import Header
from maildrop_py.rules.conditions.spam_score import SpamScore
from maildrop_py.rules.rule_set import Rule

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition

MOST_COMPARED = 400
"""Rules looked back at: comparing every pair of 10,000 would take minutes."""


def unreachable_rules(rules: list[Rule]) -> Iterator[Problem]:
    """A warning for every rule that an earlier one shadows."""
    final: list[Rule] = []
    catch_all: Rule | None = None
    for rule in rules:
        earlier = catch_all or next(
            (one for one in final[-MOST_COMPARED:] if _covers(one, rule)), None
        )
        if earlier is not None:
            where = f"{os.path.basename(earlier.file)}:{earlier.line}"
            yield Problem(
                rule.file,
                rule.line,
                1,
                f"rule {rule.name!r} can never fire",
                f"{earlier.name!r} ({where}) always ends the run first",
            )
        if rule.then.final:
            final.append(rule)
            catch_all = catch_all or (rule if rule.when is None else None)


def _covers(earlier: Rule, later: Rule) -> bool:
    mine = _conjuncts(later.when)
    return all(
        any(_implies(condition, wanted) for condition in mine)
        for wanted in _conjuncts(earlier.when)
    )


def _conjuncts(condition: Condition | None) -> list[Condition]:
    if condition is None:
        return []
    if isinstance(condition, All):
        return [one for inner in condition.conditions for one in _conjuncts(inner)]
    return [condition]


def _implies(stronger: Condition, weaker: Condition) -> bool:
    """Whether `weaker` surely holds where `stronger` does."""
    if stronger == weaker:
        return True
    if isinstance(weaker, Any_):
        return any(_implies(stronger, one) for one in weaker.conditions)
    if isinstance(stronger, Header) and isinstance(weaker, Header):
        same = stronger.name.lower() == weaker.name.lower()
        return same and set(stronger.tests) <= set(weaker.tests)
    if isinstance(stronger, SpamScore) and isinstance(weaker, SpamScore):
        return all(
            any(_within(one, wide) for wide in weaker.comparisons) for one in stronger.comparisons
        )
    return False


def _within(narrow: Comparison, wide: Comparison) -> bool:
    """Whether every number that passes `narrow` passes `wide`, for lower bounds."""
    if len(narrow.terms) != 1 or len(wide.terms) != 1:
        return False
    (operator, bound), (outer, limit) = narrow.terms[0], wide.terms[0]
    if outer in (">", ">=") and operator in (">", ">="):
        return bound > limit or (bound == limit and (operator == ">" or outer == ">="))
    if outer in ("<", "<=") and operator in ("<", "<="):
        return bound < limit or (bound == limit and (operator == "<" or outer == "<="))
    return False
