"""zones: the DNS lists that rules ask, so that all of them can be asked together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maildrop_py.rules.conditions.all import All
from maildrop_py.rules.conditions.any import Any_
from maildrop_py.rules.conditions.dnsbl import Dnsbl
from maildrop_py.rules.conditions.not_ import Not
from maildrop_py.rules.conditions.weigh import Weigh

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.rule_set import RuleSet


def zones_of(rules: RuleSet) -> tuple[str, ...]:
    """The zones of every `dnsbl` in the rules, each once, in order."""
    found = (zone for rule in rules.rules if rule.when for zone in _zones_in(rule.when))
    return tuple(dict.fromkeys(found))


def _zones_in(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Dnsbl):
        yield condition.zone
    elif isinstance(condition, Not):
        yield from _zones_in(condition.condition)
    elif isinstance(condition, All | Any_):
        for inner in condition.conditions:
            yield from _zones_in(inner)
    elif isinstance(condition, Weigh):
        for inner, _ in condition.entries:
            yield from _zones_in(inner)
