"""thresholds: the spam scores at which one's rules do something, to be drawn into pictures."""

from __future__ import annotations

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.condition import all_inside
from maildrop_py.rules.conditions.spam_score import SpamScore
from maildrop_py.rules.language.reader import read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition

MOST = 6


def thresholds_in(path: str) -> list[tuple[float, str]]:
    """Each lower bound that a rule in the file asks of the score, with the rule's name.

    None if there are no rules there, or none that can be read. Of many the first are taken.
    """
    try:
        rules = read_rules(path).rules
    except (RuleError, OSError):
        return []
    found: dict[float, str] = {}
    for rule in rules:
        for value in _bounds(rule.when) if rule.when is not None else ():
            found.setdefault(value, rule.name)
    return sorted(list(found.items())[:MOST])


def _bounds(condition: Condition) -> list[float]:
    return [
        bound
        for inner in all_inside(condition)
        if isinstance(inner, SpamScore)
        for comparison in inner.comparisons
        for operator, bound in comparison.terms
        if "<" not in operator
    ]
