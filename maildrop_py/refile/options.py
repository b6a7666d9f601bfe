"""options: what the user wants done with filed mail, beside filing it."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.decision.decision import Forward, Pipe
    from maildrop_py.message.message import Message
    from maildrop_py.refile.doveadm import Doveadm

    Command = Forward | Pipe

TRASH, DELETED, LEFT = "trash", "delete", "keep"


@record
class Choices:
    """What the user wants done beside filing.

    `discard` is TRASH, DELETED or LEFT; `allowed` has those of "forward",
    "pipe" and "reject" that may be done; `run` runs a program for a message.
    With `identify` the journal keeps what a moved file can be known by again;
    with `doveadm` what it can do is left to Dovecot.
    """

    discard: str = TRASH
    trash: str = "Trash"
    allowed: tuple[str, ...] = ()
    run: Callable[[Command, Message], object] | None = None
    identify: bool = False
    doveadm: Doveadm | None = None
