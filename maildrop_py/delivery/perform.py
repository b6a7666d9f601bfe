"""perform: carry a Decision out. (Signatures first; the code follows.)"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.decision.decision import Decision
    from maildrop_py.delivery.maildir import Maildir
    from maildrop_py.delivery.spool import Spool
    from maildrop_py.message.envelope import Envelope


@record
class Receipt:
    """What was done: every file made visible, and what went otherwise than decided.

    `paths` are in the order of the filings; `commands` are the pipes and
    forwards in words; `warnings` are for the log (a keyword that could not be
    set, a folder name that cannot exist and INBOX was used instead).
    """

    paths: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@record
class CommandSettings:
    """How programs are run: the whole environment they get, sendmail, the time limit.

    `deadline` is a time.monotonic() value after which they are killed.
    """

    environment: Mapping[str, str] | None = None
    sendmail: str = "/usr/sbin/sendmail"
    deadline: float | None = None


def perform(
    decision: Decision,
    spool: Spool,
    maildir: Maildir,
    envelope: Envelope,
    commands: CommandSettings | None = None,
) -> Receipt:
    """Carry `decision` out for the message in `spool`, durably, or raise.

    Raises Rejected when the decision says so, MailLoop, and any Temporary;
    after an exception nothing of this delivery is visible in the Maildir.
    """
    raise NotImplementedError


class Delivery:
    """One perform() in steps, so that a group can share its syncs.

    Order: write(), sync_files(), run_commands(), publish(),
    sync_directories(deliveries), finish(). undo() after any failure.
    """

    def __init__(
        self,
        decision: Decision,
        spool: Spool,
        maildir: Maildir,
        envelope: Envelope,
        commands: CommandSettings | None = None,
    ) -> None: ...
    def write(self) -> None:
        """Put every copy whole into tmp/ of its folder (unsynced)."""

    def sync_files(self) -> None:
        """fsync every file written."""

    def run_commands(self) -> None:
        """Run the pipes and forwards, in order."""

    def publish(self) -> None:
        """link(2) every copy into new/ or cur/."""

    def finish(self) -> Receipt:
        """Remove the names in tmp/; from here on the delivery is done."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take everything back that can be; never raises."""


def sync_directories(deliveries: list[Delivery]) -> None:
    """fsync each directory that `deliveries` changed, once."""
