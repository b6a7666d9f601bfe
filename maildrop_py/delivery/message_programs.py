"""message_programs: programs that rules run over a message: filters, outputs, checks.

A filter's output takes the place of the message, or of its header or body alone.
Guarantee: a program that cannot be run, fails, is too slow or prints nothing changes
nothing, and so does one that prints far more than it got: it would fill the disk for all
others. Its output is in no memory.
"""

from __future__ import annotations

import os

from maildrop_py.delivery.programs import run
from maildrop_py.errors import CommandFailed, DeadlineExceeded
from maildrop_py.message.changed import PIECE, UnnamedFile, unnamed_file, write_all
from maildrop_py.message.extent import line_end
from maildrop_py.message.source import read_head
from maildrop_py.rules.program.call import BODY, HEADER
from maildrop_py.rules.program.call import Filled as PlainCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

    from maildrop_py.delivery.program_environment import Openable
    from maildrop_py.delivery.programs import Outcome
    from maildrop_py.evidence.programs import Filled
    from maildrop_py.message.source import Source


MORE = 256 * 1024 * 1024
"""Bytes that a filter may print beside four times the message."""
LONGEST = 1 << 16  # bytes of an output


class MessagePrograms:
    """Programs over `message`, with an environment; `deadline` is a time.monotonic() value."""

    def __init__(self, message: Openable, environment: Mapping[str, str], deadline: float) -> None:
        self._message = message
        self._environment = environment
        self._deadline = deadline

    def status(self, call: Filled, source: Source | None) -> int | None:
        """The exit status, None if there is none."""
        outcome = self._run(call, source)
        return None if outcome is None or outcome.status < 0 else outcome.status

    def plain_status(self, argv: tuple[str, ...]) -> int | None:
        """The same for a program that gets the message as it came."""
        return self.status(PlainCall(argv), None)

    def output(self, call: Filled, source: Source | None) -> str | None:
        """What it printed on standard output; None unless it ended with 0."""
        with unnamed_file() as file:
            outcome = self._run(call, source, file)
            if outcome is None or outcome.status != 0:
                return None
            return os.pread(file.fileno(), LONGEST, 0).decode("utf-8", "replace")

    def filtered(self, call: Filled, source: Source | None) -> Source | None:
        """What the program makes of the message."""
        file = unnamed_file()
        if call.part == BODY:
            _copy(self._open_part(HEADER, source), file)
        start = os.lseek(file.fileno(), 0, os.SEEK_CUR)
        outcome = self._run(call, source, file)
        size = os.fstat(file.fileno()).st_size
        if outcome is None or outcome.status != 0 or size == start:
            file.close()
            return None
        if call.part == HEADER:
            os.lseek(file.fileno(), 0, os.SEEK_END)
            _end_header(file)
            _copy(self._open_part(BODY, source), file)
        return UnnamedFile(file)

    def with_head(self, head: bytes, source: Source | None) -> Source:
        """The message with another head."""
        file = unnamed_file()
        write_all(file, head)
        _copy(self._open_part(BODY, source), file)
        return UnnamedFile(file)

    def _run(
        self, call: Filled, source: Source | None, file: IO[bytes] | None = None
    ) -> Outcome | None:
        message = self._open_part(call.part, source)
        environment = {**self._environment, **dict(call.environment)}
        out = file.fileno() if file is not None else None
        most = 4 * os.fstat(message).st_size + MORE if out is not None else 0
        try:
            return run(call.argv, message, environment, self._deadline, out, most)
        except (CommandFailed, DeadlineExceeded):
            return None
        finally:
            os.close(message)

    def _open_part(self, part: str, source: Source | None) -> int:
        whole = source.open() if isinstance(source, UnnamedFile) else self._message.open()
        return part_of(whole, part)


def part_of(whole: int, part: str) -> int:
    """A descriptor of a part of the message in the descriptor `whole`, which is closed."""
    if not part:
        return whole
    with unnamed_file() as file:
        try:
            os.lseek(whole, 0, os.SEEK_SET)
            head, _ = read_head(whole)
            if part == HEADER:
                write_all(file, head)
            else:
                os.lseek(whole, len(head), os.SEEK_SET)
                _copy_from(whole, file)
        finally:
            os.close(whole)
        return os.dup(file.fileno())


def _copy(descriptor: int, file: IO[bytes]) -> None:
    """All of `descriptor`, which is closed."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        _copy_from(descriptor, file)
    finally:
        os.close(descriptor)


def _copy_from(descriptor: int, file: IO[bytes]) -> None:
    while piece := os.read(descriptor, PIECE):
        write_all(file, piece)


def _end_header(file: IO[bytes]) -> None:
    """A blank line, unless there is one already."""
    size = os.fstat(file.fileno()).st_size
    tail = os.pread(file.fileno(), 4, max(0, size - 4))
    end = line_end(os.pread(file.fileno(), 1000, 0))
    if not tail.endswith(b"\n"):
        write_all(file, end + end)
    elif not tail.endswith((b"\n\n", b"\n\r\n")):
        write_all(file, end)
