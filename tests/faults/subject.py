"""subject: what is made to fail, and how one sees whether mail was lost by it.

A Subject is one run of one command over a few messages, in a place of its own.
Whoever makes it fail knows nothing of Maildirs, and the subject nothing of
faults; so a new command needs a subject only, and is put through everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.faults.disk_model import Tree
from tests.faults.disk_trace import Call


class Wrong(Exception):
    """An ending that the giver of the mail must never see: a bounce, a hang, noise."""


@dataclass(frozen=True)
class Sight:
    """What lies in the Maildirs.

    The message that lies whole in the fewest places lies in `fewest`, the most that
    lie in one folder are `most`. `settled` says that each is where it belongs.
    `faults` are in words: what is torn, or where nothing shall be.
    `fallback` says that it is in INBOX because the rules could not be read.
    `leftovers` are the files in tmp/. `excused` are messages there more than once
    whose giver had no answer, and had to send them again.
    """

    fewest: int
    most: int
    settled: bool
    faults: tuple[str, ...] = ()
    fallback: bool = False
    leftovers: int = 0
    excused: int = 0


class Subject(Protocol):
    """One run of one command, as often as wanted."""

    name: str
    place: Path
    """A folder of the subject's own; traces are put there too."""

    @property
    def maildirs(self) -> tuple[str, ...]:
        """The Maildirs that matter, below `place`."""

    @property
    def there_before(self) -> bool:
        """Whether messages lie there before the run (refile, undo): none may ever be missing."""

    @property
    def marker(self) -> str:
        """What stands in the first system calls that matter; before, Python is starting."""

    def reset(self) -> None:
        """Put everything as it is before a run."""

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Run once, the program under the command `under`; whether it says "done".

        False is "try again". Raises Wrong for everything else.
        """

    def look(self) -> Sight:
        """What has come of it."""

    def judge(self, tree: Tree) -> Sight:
        """The same for files that are no longer, or not yet, on a disk; paths below `place`."""

    def tells(self, call: Call) -> bool:
        """Whether the giver has been told "done" by this system call."""
