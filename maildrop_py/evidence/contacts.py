"""contacts: everyone the user has written to, so that their mail is never taken for spam.

A text file that people can read: an address on each line, sorted by its bytes,
and `address<TAB>forgotten` for one that is not to be learnt again. A look-up
is a binary search in the file: a few small reads, no import, whatever the
number of contacts. A change writes a new file beside the old one and renames
it, under a lock, so that readers see one or the other and no writer's work is
lost.

Reports: OSError as the system gives it; PermissionError for a file that others
may write to, which is not believed.

Known limits: the case of a local part is ignored. Lines added by hand must keep
the order (`LC_ALL=C sort`), or are found only after the next change.
"""

from __future__ import annotations

import os

from maildrop_py.evidence import domains
from maildrop_py.private_file import check_private, make_private_directory
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BLOCK = 1024  # bytes; more than two lines
_LONGEST = 320  # octets: 64 + 1 + 255 (RFC 5321 4.5.3.1)
_FORGOTTEN = b"\tforgotten"
_LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def normal(address: str) -> str | None:
    """`address` as contacts are compared: lower case, A-labels; None if it is none."""
    local, domain = domains.split_address(address.strip())
    name = domains.ascii_domain(domain)
    text = f"{local.lower()}@{name}"
    if not local or name is None or not text.isprintable() or len(text.encode()) > _LONGEST:
        return None
    return text


class Contacts:
    """The contacts in the file `path`, which need not exist."""

    def __init__(self, path: str) -> None:
        self.path = path

    def known(self, address: str) -> bool:
        """Whether `address` is a contact."""
        wanted = normal(address)
        if wanted is None:
            return False
        try:
            descriptor = open_regular(self.path)
        except FileNotFoundError:
            return False
        try:
            check_private(self.path)
            return _find(descriptor, wanted.encode())
        finally:
            os.close(descriptor)

    def all(self) -> list[str]:
        """Every contact, sorted."""
        return sorted(
            line.decode("utf-8", "replace")
            for line in self._read()
            if not line.endswith(_FORGOTTEN)
        )

    def add(self, addresses: Iterable[str], *, again: bool = False) -> int:
        """Make contacts of `addresses`; the number of new ones.

        What was forgotten stays so, unless `again`. What is no address is left out.
        """
        names = {name.encode() for name in map(normal, addresses) if name is not None}

        def change(lines: set[bytes]) -> set[bytes]:
            forgotten = {name for name in names if name + _FORGOTTEN in lines}
            if again:
                return (lines | names) - {name + _FORGOTTEN for name in forgotten}
            return lines | (names - forgotten)

        before, after = self._change(change)
        return len(names & after) - len(names & before)

    def forget(self, addresses: Iterable[str]) -> int:
        """Drop `addresses` and never learn them again; the number that were contacts."""
        names = {name.encode() for name in map(normal, addresses) if name is not None}
        marks = {name + _FORGOTTEN for name in names}
        before, _ = self._change(lambda lines: (lines - names) | marks)
        return len(names & before)

    def _read(self) -> set[bytes]:
        try:
            with open(open_regular(self.path), "rb") as file:
                check_private(self.path)
                return {line for line in file.read().split(b"\n") if line}
        except FileNotFoundError:
            return set()

    def _change(self, change: Callable[[set[bytes]], set[bytes]]) -> tuple[set[bytes], set[bytes]]:
        """The lines before and after, which are on disk then."""
        from fcntl import LOCK_EX, flock

        make_private_directory(os.path.dirname(self.path) or ".")
        lock = os.open(self.path + ".lock", _LOCK, 0o600)
        try:
            flock(lock, LOCK_EX)
            before = self._read()
            after = change(before)
            if after != before:
                self._write(after)
            return before, after
        finally:
            os.close(lock)

    def _write(self, lines: set[bytes]) -> None:
        temporary = self.path + ".new"
        with open(os.open(temporary, _WRITE, 0o600), "wb") as file:
            file.writelines(line + b"\n" for line in sorted(lines))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)


def _find(descriptor: int, wanted: bytes) -> bool:
    """Whether `wanted` is a line of a sorted file: one of those that begin in [low, high)."""
    low, high = 0, os.fstat(descriptor).st_size
    while low < high:
        middle = (low + high) // 2
        before = max(0, middle - 1)  # with the end of the line before, where one begins here
        block = os.pread(descriptor, _BLOCK, before)
        start = before + (block.find(b"\n") + 1 if middle else 0)
        line = block[start - before :].partition(b"\n")[0]
        if start >= high or (middle and start == before) or line > wanted:
            high = middle
        elif line == wanted:
            return True
        else:
            low = start + len(line) + 1
    return False
