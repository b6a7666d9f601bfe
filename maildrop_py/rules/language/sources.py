"""sources: the files that a set of rules is made from.

Every file that was read, and every directory that a glob looked into, leaves a
stamp. A file that others may write to is refused, as procmail does: whoever changes
the rules runs commands as the user. What one user's files may take is limited,
however they are written.
"""

from __future__ import annotations

import os
import stat

from maildrop_py.private_file import why_not_ours
from maildrop_py.rules.language.limits import BYTES, FILES, MOST_BYTES, Limits, TooMuch
from maildrop_py.rules.language.stamps import stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from maildrop_py.rules.language.stamps import Stamp


class UntrustedFile(OSError):
    """A file that somebody other than its reader or root may change."""


def check_trust(path: str, found: os.stat_result) -> None:
    """Raises UntrustedFile where others may write to a file or replace it.

    `found` is what fstat(2) says of the open file. The group that has the number of
    the user may write: on Debian it is the user's own.
    """
    if not stat.S_ISREG(found.st_mode):
        raise UntrustedFile("it is not a regular file")
    if why := why_not_ours(found, "it", own_group=True):
        raise UntrustedFile(why)
    folder = os.stat(os.path.dirname(os.path.realpath(path)))
    if folder.st_mode & stat.S_ISVTX:
        return
    if why := why_not_ours(folder, "its folder", own_group=True):
        raise UntrustedFile(why)


class Sources:
    """Reads the files of one set of rules, within limits, and remembers what it read."""

    def __init__(self, enforce_trust: bool = True) -> None:
        self._enforce_trust = enforce_trust
        self._stamps: dict[str, Stamp] = {}
        self.limits = Limits()

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """The stamps of everything that was read, taken before it was read."""
        return tuple(self._stamps.values())

    def read(self, path: str, ships_with_us: bool = False) -> str:
        """The text of a file; raises OSError or UnicodeDecodeError."""
        self._note(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # no FIFO holds us
        with open(descriptor, "rb") as file:
            if self._enforce_trust and not ships_with_us:
                check_trust(path, os.fstat(descriptor))
            return str(self._limited(file), "utf-8-sig")

    def read_message(self, path: str) -> bytes:
        """A message that an example names; raises OSError. It may be anybody's."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            return self._limited(file)

    def _note(self, path: str) -> None:
        if path not in self._stamps:
            self.limits.take(FILES, 1)
            self._stamps[path] = stamp(path)

    def _limited(self, file: BinaryIO) -> bytes:
        """All of a regular file; a hole in it costs nothing before it is too large."""
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise UntrustedFile("it is not a regular file")
        data = file.read(min(MOST_BYTES, self.limits.left(BYTES)) + 1)
        if len(data) > MOST_BYTES:
            from maildrop_py.translation import text

            raise TooMuch(text("it is larger than {most} MB", most=MOST_BYTES >> 20))
        self.limits.take(BYTES, len(data))
        return data

    def matching(self, pattern: str) -> list[str]:
        """The files that fit a pattern with wildcards in its last part, sorted."""
        import fnmatch

        folder, wanted = os.path.split(pattern)
        self._note(folder)
        try:
            names = os.listdir(folder)
        except FileNotFoundError:
            return []
        shown = [name for name in names if not name.startswith(".")]
        return [os.path.join(folder, name) for name in sorted(fnmatch.filter(shown, wanted))]
