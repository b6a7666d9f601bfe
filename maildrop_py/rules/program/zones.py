"""zones: the DNS lists that rules ask, so that all of them can be asked together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maildrop_py.rules.condition import all_inside
from maildrop_py.rules.conditions.dnsbl import Dnsbl

if TYPE_CHECKING:
    from maildrop_py.rules.language.rule_set import RuleSet


def zones_of(rules: RuleSet) -> tuple[str, ...]:
    """The zones of every `dnsbl` in the rules, each once, in order."""
    found = (
        condition.zone
        for rule in rules.rules
        if rule.when is not None
        for condition in all_inside(rule.when)
        if isinstance(condition, Dnsbl)
    )
    return tuple(dict.fromkeys(found))
