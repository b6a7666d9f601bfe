"""rule: one rule of a rules file, checked; compiled rules are made of these too."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.actions.action import Action
    from maildrop_py.rules.condition import Condition
    from maildrop_py.translation import Text


@record
class Then:
    """What a rule does; `final` where it ends the run."""

    actions: tuple[Action, ...]
    final: bool


def with_otherwise(wording: str, then: Then | None, text: Text = str.format) -> str:
    """The words of an action, and what is done where it fails."""
    if then is None:
        return wording
    others = text(" and ").join(action.describe(text) for action in then.actions)
    return text("{action}, otherwise {others}", action=wording, others=others)


@record
class Rule:
    """One rule, and its place in a file; `when` is None for every message."""

    name: str
    file: str
    line: int
    when: Condition | None
    then: Then
