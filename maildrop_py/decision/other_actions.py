"""other_actions: what is done with a message beside filing it; most messages are only filed."""

from __future__ import annotations

from maildrop_py.decision.decision import Filing
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.source import Source


@record
class Forward:
    """Send the message on to `address` through sendmail; `otherwise` if that fails."""

    address: str
    rule: str | None = None
    message: Source | None = None
    otherwise: tuple[Action, ...] = ()


@record
class Pipe:
    """Feed the message to the command `argv`, run without a shell; `otherwise` if it fails."""

    argv: tuple[str, ...]
    rule: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    part: str = ""
    message: Source | None = None
    otherwise: tuple[Action, ...] = ()


Action = Filing | Forward | Pipe


@record
class Answer:
    """A message or text of ours, to be sent when the message itself is delivered.

    `kind` is vacation, reply or notify. It goes to the address `to`, from the user's own
    address `sender`, or to the standard input of the program `argv`. With `days`, nobody gets
    one of the same `handle` again within so many days. If there is a `silence`, it is the
    reason why nothing is sent. `original` are the Message-ID and the References of the
    message that is answered.
    """

    kind: str
    to: str = ""
    sender: str = ""
    subject: str = ""
    text: str = ""
    days: int = 0
    handle: str = ""
    argv: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    original: tuple[str, str] = ("", "")
    silence: str = ""
    rule: str | None = None
