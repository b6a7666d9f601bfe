"""quota: the Maildir++ quota, which is kept in the Maildir's `maildirsize`.

The first line is the quota (`10000000S,1000C`: bytes and messages, 0 or absent
for no limit). Each further line is a change in bytes and messages, and their sum
is what is used. What is to be delivered is added before it becomes visible, so
that messages that are delivered together, by one process or by several, cannot
go over the quota together; it is taken back if they are not delivered. Trash
does not count. If the quota seems used up and the file is old or long, the
Maildir is counted again, as the format asks.

Guarantee: only OverQuota is raised. A file that cannot be read or written, or
that is not of this kind, limits nothing, and a FIFO is not waited for.

Known limits: after a kill between adding and delivering, what was added counts
until the Maildir is counted again. [courier README.maildirquota]
"""

from __future__ import annotations

import os
import time

from maildrop_py.errors import OverQuota
from maildrop_py.maildir.file_name import parse
from maildrop_py.maildir.unique_name import new_base
from maildrop_py.regular_file import open_regular, read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "maildirsize"
LONGEST = 5120  # bytes of the file
OLD = 15 * 60  # seconds
_READ = 1 << 20  # bytes of the file that are read
_DIGITS = 18  # of a number; one with more is not a number that anybody has written
_TRASH = frozenset({".Trash", "Trash"})


def is_counted(folder: str, root: str) -> bool:
    """Whether messages in the directory `folder` count."""
    return folder[len(root) :].strip("/") not in _TRASH


def reserve(root: str, size: int, messages: int = 1) -> None:
    """Add what is to be delivered; raises OverQuota if it would go over the quota.

    release() takes it back.
    """
    check(root, size, messages)
    add(root, size, messages)


def release(root: str, size: int, messages: int = 1) -> None:
    """Take back what reserve() added, because it is not delivered."""
    add(root, -size, -messages)


def check(root: str, size: int, messages: int = 1) -> None:
    """Raise OverQuota if `size` bytes in so many messages would go over the quota."""
    quota, used = _read(root)
    if not _exceeds(quota, used, size, messages):
        return
    if _may_be_wrong(root):
        used = _count_again(root)
    if _exceeds(quota, used, size, messages):
        raise OverQuota(f"{root}: quota exceeded")


def add(root: str, size: int, messages: int = 1) -> None:
    """Write into the file what came, or with negative numbers what went."""
    if not messages:
        return
    try:
        descriptor = open_regular(f"{root}/{FILE}", os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, f"{size} {messages}\n".encode())
        finally:
            os.close(descriptor)
    except OSError:
        return


def _exceeds(quota: tuple[int, int], used: tuple[int, int], size: int, messages: int) -> bool:
    added = (used[0] + size, used[1] + messages)
    return any(limit and total > limit for limit, total in zip(quota, added, strict=True))


def _read(root: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The quota and what is used, each as (bytes, messages)."""
    try:
        first, *lines = _text(root).split("\n")
    except OSError:
        return (0, 0), (0, 0)
    return (_limit(first, "S"), _limit(first, "C")), _sum(lines)


def _text(root: str) -> str:
    return read_regular(f"{root}/{FILE}", _READ).decode("ascii", "replace")


def _limit(line: str, kind: str) -> int:
    for part in line.strip().split(","):
        if part.endswith(kind) and part[:-1].isdigit() and len(part) <= _DIGITS:
            return int(part[:-1])
    return 0


def _sum(lines: list[str]) -> tuple[int, int]:
    size = messages = 0
    for line in lines:
        if len(line) > 2 * _DIGITS:
            continue
        words = line.split()
        try:
            size, messages = size + int(words[0]), messages + int(words[1])
        except (ValueError, IndexError):
            continue
    return size, messages


def _may_be_wrong(root: str) -> bool:
    try:
        found = os.stat(f"{root}/{FILE}")
    except OSError:
        return False
    return found.st_size > LONGEST or time.time() - found.st_mtime > OLD


def _count_again(root: str) -> tuple[int, int]:
    """Count all messages, and write the result into the file."""
    sizes = [_size(entry) for entry in _messages(root)]
    used = (sum(sizes), len(sizes))
    temp = f"{root}/tmp/{new_base()}"
    try:
        quota = _text(root).partition("\n")[0].strip()
        with open(temp, "x", encoding="ascii") as file:
            file.write(f"{quota}\n{used[0]} {used[1]}\n")
        os.rename(temp, f"{root}/{FILE}")
    except OSError:
        return used
    return used


def _messages(root: str) -> Iterator[os.DirEntry[str]]:
    folders = [root]
    with os.scandir(root) as entries:
        folders += [e.path for e in entries if e.name.startswith(".") and e.is_dir()]
    for folder in folders:
        if not is_counted(folder, root):
            continue
        for part in ("new", "cur"):
            try:
                with os.scandir(f"{folder}/{part}") as entries:
                    yield from entries
            except OSError:
                continue


def _size(entry: os.DirEntry[str]) -> int:
    size = parse(entry.name).field("S")
    try:
        return entry.stat().st_size if size is None else size
    except OSError:
        return 0
