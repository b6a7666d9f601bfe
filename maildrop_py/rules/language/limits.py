"""limits: what one set of rules may take, however its files are written.

Purpose: on a server, the rules of one user must not take the memory and the time
of all. Guarantee: within these limits reading and compiling take less than about
500 MB. What is read twice counts twice, because it is kept twice.
"""

from __future__ import annotations

FILES = "files and directories"
BYTES = "bytes in files"
VALUES = "YAML values"
LINES = "lines in list files"
INSTRUCTIONS = "instructions in regular expressions"

MOST = {
    FILES: 1_000,  # each is looked at again at every delivery
    BYTES: 16 << 20,
    VALUES: 500_000,  # forty thousand rules
    LINES: 500_000,
    INSTRUCTIONS: 10_000_000,  # of RE2: seconds of compiling
}
"""For all files of a set of rules together."""

MOST_BYTES = 8 << 20
"""Of one file."""


class TooMuch(OSError):
    """A limit was reached; the text says which."""


class Limits:
    """How much of each is left for one set of rules."""

    def __init__(self) -> None:
        self._left = dict(MOST)

    def take(self, what: str, amount: int) -> None:
        """Count `amount` of `what`; raises TooMuch where that is more than is left."""
        self._left[what] -= amount
        if self._left[what] < 0:
            from maildrop_py.translation import text

            told = text(
                "these rules have more than {most:,} {what} together",
                most=MOST[what],
                what=text(what),
            )
            raise TooMuch(told)

    def left(self, what: str) -> int:
        """How much may still be taken."""
        return max(self._left[what], 0)
