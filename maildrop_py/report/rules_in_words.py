"""rules_in_words: what `check` prints of rules: each in words, and what is doubtful or wrong."""

from __future__ import annotations

import sys

from maildrop_py.report.tables import counted
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.rules.language.rule import Rule


def rule_in_words(number: int, rule: Rule, always: str) -> str:
    """Three lines for the rule with this number; `always` is what it says without conditions."""
    when = rule.when.describe(text) if rule.when is not None else always
    then = ", ".join(action.describe(text) for action in rule.then.actions)
    lines = text("if {when}", when=when), text("then {then}", then=then)
    return f"{number}. {rule.name}\n     {lines[0]}\n     {lines[1]}"


def print_checked(
    rules: int, warnings: Iterable[object], failures: Iterable[object], examples: int
) -> None:
    """Warnings, and examples that turned out otherwise, on standard error; then the numbers.

    `rules` and `examples` say how many there are.
    """
    doubtful, wrong = list(warnings), list(failures)
    for warning in doubtful:
        print(f"{warning} [{text('warning')}]", file=sys.stderr)
    for failure in wrong:
        print(failure, file=sys.stderr)
    expected = text("no examples")
    if examples:
        passed = examples - len(wrong)
        expected = text("{passed} of {number} examples as expected", passed=passed, number=examples)
    print(f"{counted(rules, 'rule')}, {counted(len(doubtful), 'warning')}, {expected}")
