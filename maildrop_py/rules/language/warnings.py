"""warnings: what in a set of rules is allowed, but hardly what was meant; for `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maildrop_py.rules.language.unreachable import unreachable_rules

if TYPE_CHECKING:
    from maildrop_py.errors import Problem
    from maildrop_py.rules.language.rule_set import RuleSet


def warnings_about(rules: RuleSet) -> tuple[Problem, ...]:
    """What somebody should look at, with its place and what would be right."""
    return tuple(unreachable_rules(rules.rules))
