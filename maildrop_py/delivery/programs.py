"""programs: run programs with the message as their standard input.

There is no shell, the caller gives the whole environment, and output is kept up
to a limit. The message is a file, not a pipe, so a program that does not read it
holds up nobody. Each program has a process group of its own, which is killed as a
whole when the time is over or we are interrupted.

Reports: CommandFailed (cannot be run, or ends with another status than 0),
DeadlineExceeded. Both are temporary: only a rule may refuse mail.

Known limits: a program that goes on in the background after its first process
has ended is left alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import time

from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.delivery.trace_headers import is_loop
from maildrop_py.errors import CommandFailed, DeadlineExceeded
from maildrop_py.message.extent import from_line_of
from maildrop_py.message.from_line import sender_in
from maildrop_py.paths import PROGRAM_PATH, PROGRAM_TIME
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maildrop_py.delivery.program_settings import ProgramSettings
    from maildrop_py.message.envelope import Envelope

OUTPUT_LIMIT = 4096  # bytes kept
_LOOK = 0.1  # seconds between looks at what it prints into a file
_POLL = 0.02  # seconds between looks at the process, without pidfd
_NO_ADDRESS = frozenset(',;:<>()[]|\\"')


@record
class Outcome:
    """How a program ended: exit status (minus the signal number if killed), first output."""

    status: int
    output: bytes


def run_action(
    action: Pipe | Forward,
    message: int,
    envelope: Envelope,
    from_line: bytes,
    settings: ProgramSettings,
) -> str:
    """Carry out a Pipe or Forward with the file `message`; what was done, in words."""
    if isinstance(action, Forward):
        argv = forward_argv(action.address, envelope, from_line, settings.sendmail)
        done = f"forwarded to {action.address}"
    else:
        argv = action.argv
        done = f"piped into {argv[0] if argv else ''}"
    environment = settings.environment
    if isinstance(action, Pipe) and action.environment:
        environment = {**(environment or {"PATH": PROGRAM_PATH}), **dict(action.environment)}
    outcome = run(argv, message, environment, settings.deadline)
    if outcome.status:
        raise CommandFailed(f"{argv[0]}: {describe(outcome)}")
    return done


def forward_argv(
    address: str, envelope: Envelope, from_line: bytes, sendmail: str
) -> tuple[str, ...]:
    """sendmail's command line: the sender is kept, a null sender given as `<>`."""
    sender = envelope.sender
    if sender is None and from_line:
        sender = sender_in(from_line_of(from_line))
    known = () if sender is None else ("-f", sender or "<>")
    return (sendmail, "-i", *known, "--", address)


def why_not_possible(action: Forward | Pipe, head: bytes, recipient: str | None) -> str:
    """Why the message with that `head` cannot be forwarded for `recipient`; "" if it can."""
    if not isinstance(action, Forward):
        return ""
    if not is_address(action.address):
        return f"{action.address!r} is not an address that mail can be forwarded to"
    if is_loop(head, recipient):
        return f"mail loop: this message was delivered to {recipient} before"
    return ""


def is_address(text: str) -> bool:
    """Whether sendmail would take `text` as one mail address, and nothing else."""
    local, _, domain = text.rpartition("@")
    odd = any(c in _NO_ADDRESS or c <= " " or "\x7f" <= c <= "\x9f" for c in text)
    plain = not odd and "\udfff" not in text and text.isprintable()
    return plain and "@" not in local and bool(local or domain) and text[0] not in "-/@"


def describe(outcome: Outcome) -> str:
    """`exit status 1: first line of output`."""
    if outcome.status < 0:
        how = f"killed by signal {-outcome.status}"
    else:
        how = f"exit status {outcome.status}"
    text = outcome.output.strip().partition(b"\n")[0].decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else " " for c in text)[:200]
    return f"{how}: {shown}" if shown else how


def run(
    argv: Sequence[str],
    message: int,
    environment: Mapping[str, str] | None = None,
    deadline: float | None = None,
    stdout: int | None = None,
    most: int = 0,
) -> Outcome:
    """Run `argv`, the file descriptor `message` (read from its start) as standard input.

    What it prints goes into the file `stdout`, or is kept in the outcome. One that
    prints more than about `most` bytes into a file is killed, and has failed.
    `deadline` is a time.monotonic() value. Raises CommandFailed if the program
    cannot be run, DeadlineExceeded when it had to be killed.
    """
    environment = {"PATH": PROGRAM_PATH} if environment is None else environment
    limit = time.monotonic() + PROGRAM_TIME if deadline is None else deadline
    try:
        os.lseek(message, 0, os.SEEK_SET)
        reader, writer = os.pipe()
        try:
            pid = _spawn(argv, message, writer, environment, stdout)
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandFailed(f"{argv[0] if argv else 'no command'}: {reason}") from error
    return _Running(argv[0], pid, reader, (stdout or 0, most)).wait(limit)


def _spawn(
    argv: Sequence[str],
    message: int,
    writer: int,
    environment: Mapping[str, str],
    stdout: int | None,
) -> int:
    out = writer if stdout is None else stdout
    actions = [(os.POSIX_SPAWN_DUP2, message, 0)]
    actions += [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, writer, 2)]
    return os.posix_spawn(
        _find(argv[0] if argv else "", environment.get("PATH", PROGRAM_PATH)),
        list(argv),
        dict(environment),
        file_actions=actions,
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # which Python ignores
    )


def _find(program: str, path: str) -> str:
    if "/" in program:
        return program
    for directory in path.split(":"):
        candidate = f"{directory or '.'}/{program}"
        if program and os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    raise FileNotFoundError(errno.ENOENT, "no such program in PATH")


class _Running:
    """A program under way."""

    def __init__(self, name: str, pid: int, reader: int, printed: tuple[int, int]) -> None:
        self._name = name
        self._file, self._most = printed
        self._pid = pid
        self._reader = reader
        self._output = b""
        self._status: int | None = None

    def wait(self, limit: float) -> Outcome:
        """Until it ends or `limit` comes."""
        process = _open_process(self._pid)
        try:
            os.set_blocking(self._reader, False)
            self._watch(process, limit)
            self._read()
        except BaseException:
            self._kill()
            raise
        finally:
            os.close(self._reader)
            if process >= 0:
                os.close(process)
        assert self._status is not None
        return Outcome(self._status, self._output)

    def _watch(self, process: int, limit: float) -> None:
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        if process >= 0:
            poll.register(process, select.POLLIN)
        while not self._reap():
            left = limit - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded(f"{self._name}: killed, it took too long")
            if self._most:
                left = min(left, _LOOK)
                self._see_size()
            ready = poll.poll(1000 * (left if process >= 0 else min(left, _POLL)))
            if any(descriptor == self._reader for descriptor, _ in ready) and self._read():
                poll.unregister(self._reader)

    def _see_size(self) -> None:
        if os.fstat(self._file).st_size > self._most:
            raise CommandFailed(f"{self._name}: killed, it printed more than {self._most} bytes")

    def _read(self) -> bool:
        """Take some of the output that is there, keep the first; whether it has ended."""
        try:
            piece = os.read(self._reader, 1 << 16)
        except BlockingIOError:
            return False
        self._output += piece[: OUTPUT_LIMIT - len(self._output)]
        return not piece

    def _reap(self, options: int = os.WNOHANG) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self._pid, options)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def _kill(self) -> None:
        """The whole group: also what the program has started."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
            self._reap(0)


def _open_process(pid: int) -> int:
    """A descriptor that becomes readable when the process ends, -1 where there is none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1
