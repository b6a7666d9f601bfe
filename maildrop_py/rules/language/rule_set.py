"""rule_set: the checked model of a rules file, before it is compiled."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rule_error import Problem
    from maildrop_py.rules.language.examples import Example
    from maildrop_py.rules.language.rule import Rule
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.language.stamps import Stamp


@record
class RuleSet:
    """All rules in order, with what else is in the files.

    `warnings` are those about single values; `warnings_about` has all of them.
    """

    settings: Settings
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    stamps: tuple[Stamp, ...]
    warnings: tuple[Problem, ...] = ()
