"""vocabulary: which conditions and actions a file may name, and how they are called in words.

Rules for mail that has come know all of them; a policy, which is asked before the
mail comes, knows those that need no header and no body, and actions of its own.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.actions import ACTIONS, FINAL, NO_COPY, POLICY_ACTIONS, POLICY_FINAL
from maildrop_py.rules.conditions import CONDITIONS, POLICY_CONDITIONS
from maildrop_py.translation import marked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_YET = marked("it needs the message, and a policy is asked before that has come")


@record
class Vocabulary:
    """Registries of conditions and actions; `final` actions end the run.

    `elsewhere` are names that mean something in the other kind of file, each with the
    reason why not here. To go on after `ending` actions means nothing. `library` is the
    folder of the files that ship.
    """

    conditions: Mapping[str, str]
    actions: Mapping[str, str]
    final: tuple[str, ...]
    ending: tuple[str, ...]
    elsewhere: Mapping[str, str]
    example: str
    library: str = ""


MAIL = Vocabulary(
    CONDITIONS,
    ACTIONS,
    FINAL,
    NO_COPY,
    dict.fromkeys((*POLICY_ACTIONS, *POLICY_CONDITIONS), marked("it belongs into a policy file")),
    "{file: INBOX}",
)

POLICY = Vocabulary(
    POLICY_CONDITIONS,
    POLICY_ACTIONS,
    POLICY_FINAL,
    POLICY_FINAL,
    dict.fromkeys((*CONDITIONS, *ACTIONS), NOT_YET) | {"bounce": marked('write {sender: "<>"}')},
    "{greylist: {delay: 5min}}",
    "policies/",
)
