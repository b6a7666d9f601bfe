"""options: what the user wants done with mail that is filed already, beside filing it."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.decision.other_actions import Forward, Pipe
    from maildrop_py.message.message import Message
    from maildrop_py.refile.doveadm import Doveadm

    ProgramAction = Forward | Pipe

TRASH, DELETE, KEEP = "trash", "delete", "keep"


@record
class RefileOptions:
    """What the user wants done beside filing.

    `discard` is TRASH, DELETE or KEEP: what becomes of a message that rules
    discard; `trash` is the folder for TRASH. `allowed` has those of "forward",
    "pipe" and "reject" that may be done; `run_program` does a forward or a pipe.
    With `keep_identity` the journal keeps what a moved file can be recognised by.
    With `doveadm` Dovecot itself makes the moves that it can make.
    """

    discard: str = TRASH
    trash: str = "Trash"
    allowed: tuple[str, ...] = ()
    run_program: Callable[[ProgramAction, Message], object] | None = None
    keep_identity: bool = False
    doveadm: Doveadm | None = None
