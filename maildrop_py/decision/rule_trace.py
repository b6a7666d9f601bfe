"""rule_trace: what one rule saw, for explanations."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Outcome
    from maildrop_py.rules.language.rule import Rule


@record
class RuleTrace:
    """One rule that was tried, with what its conditions saw; for explanations."""

    rule: Rule
    outcome: Outcome | None
    fired: bool
