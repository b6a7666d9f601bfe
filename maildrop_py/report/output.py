"""output: what commands print as their result, to a reader that may go away or be full.

Guarantee: a command whose output nobody reads any more (`| head`) ends without a word; one
whose output cannot be written (a full disk) says so in one line. Letters that the
terminal's encoding lacks are written as escapes, which JSON reads back.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CLOSED_PIPE = 128 + 13
"""The status that a shell shows for a command that SIGPIPE ended."""


class Output:
    """Standard output of a command that must not end in the middle of its work.

    Once it `is_closed`, since the reader has gone or the disk is full, nothing is written.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._error: OSError | None = None

    def write(self, text: str) -> None:
        """Write `text`, unless it is closed."""
        if self.is_closed:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            self.is_closed = True
            self._error = error
            _forget_output()

    def end(self) -> None:
        """At the end of the work: raises what made writing impossible."""
        if self._error is not None:
            raise self._error


def json_text(value: object) -> str:
    """`value` as one line of JSON, in the letters that standard output can write."""
    import json

    can_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not can_all) + "\n"


def print_json(value: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json_text(value))


def status_of(command: Callable[[], int]) -> int:
    """The exit status of a command, its output written to the end."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        try:
            return command()
        finally:  # for those too that leave by sys.exit()
            sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return CLOSED_PIPE
    except OSError as error:
        _forget_output()
        from maildrop_py.translation import text

        what = error.filename or text("standard output")
        why = text(f"Error: {error.strerror or error}").partition(": ")
        sys.stderr.write(f"{why[0]}: {what}: {why[2]}\n")
        return 1


def _forget_output() -> None:
    """Whatever is still to be written goes nowhere, so that the interpreter ends quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
