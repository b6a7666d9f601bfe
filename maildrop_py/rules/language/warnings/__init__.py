"""warnings: what is allowed in rules, but is hardly what was meant; for `check`.

Purpose: rules that can never fire, or that fire for nearly everything, are found
before any mail is. Each warning has its place and says what would be right.
Known limits: only kinds of mistakes that people were seen to make; what cannot
be shown is not claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maildrop_py.rules.language.unreachable import unreachable_rules

if TYPE_CHECKING:
    from maildrop_py.rule_error import Problem
    from maildrop_py.rules.language.rule_set import RuleSet


def warnings_about(rules: RuleSet) -> tuple[Problem, ...]:
    """What somebody should look at, in the order of the files."""
    found = [*rules.warnings, *unreachable_rules(rules.rules)]
    files = {problem.file: None for problem in found}
    order = {file: number for number, file in enumerate(files)}
    return tuple(sorted(found, key=lambda p: (order[p.file], p.line, p.column)))
