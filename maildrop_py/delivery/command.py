"""command: programs that are run with the message. (Signatures first; the code follows.)"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class Outcome:
    """How a program ended: exit status (minus the signal number if killed), first output."""

    status: int
    output: bytes


def run(
    argv: tuple[str, ...],
    message: int,
    environment: Mapping[str, str] | None = None,
    deadline: float | None = None,
) -> Outcome:
    """Run `argv` without a shell, the file descriptor `message` as its standard input.

    `deadline` is a time.monotonic() value: then the whole process group is
    killed and DeadlineExceeded raised. CommandFailed when it cannot be run.
    """
    raise NotImplementedError


def run_action(action, spool, edits, envelope, settings) -> str:  # type: ignore[no-untyped-def]
    """Run one Pipe or Forward; what was done, in words."""
    raise NotImplementedError
