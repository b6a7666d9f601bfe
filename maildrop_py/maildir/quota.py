"""quota: the Maildir++ quota kept in the Maildir's `maildirsize`.

The first line is the quota (`10000000S,1000C`: bytes and messages, 0 or absent
for no limit), each further one a change in bytes and messages; their sum is
what is used. We read it, refuse what would go over, and append what was
delivered. Trash does not count. When the quota seems used up and the file is
old or long, the Maildir is counted anew, as the format asks.

Guarantee: only OverQuota is raised. A file that cannot be read or written, or
is none of this kind, limits nothing. [courier README.maildirquota]
"""

from __future__ import annotations

import os
import time

from maildrop_py.errors import OverQuota
from maildrop_py.maildir.file_name import parse
from maildrop_py.maildir.unique_name import new_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "maildirsize"
LONGEST = 5120  # bytes of the file
OLD = 15 * 60  # seconds
_TRASH = frozenset({".Trash", "Trash"})


def is_counted(folder: str, root: str) -> bool:
    """Whether messages in the directory `folder` count."""
    return folder[len(root) :].strip("/") not in _TRASH


def check(root: str, size: int, messages: int = 1) -> None:
    """Raise OverQuota if `size` bytes in so many messages would go over."""
    quota, used = _read(root)
    if not _exceeds(quota, used, size, messages):
        return
    if _may_be_wrong(root):
        used = _count_anew(root)
    if _exceeds(quota, used, size, messages):
        raise OverQuota(f"{root}: quota exceeded")


def add(root: str, size: int, messages: int = 1) -> None:
    """Say in the file what was delivered."""
    if not messages:
        return
    try:
        descriptor = os.open(f"{root}/{FILE}", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
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
        with open(f"{root}/{FILE}", encoding="ascii", errors="replace") as file:
            first, *lines = file.read(1 << 20).split("\n")
    except OSError:
        return (0, 0), (0, 0)
    return (_limit(first, "S"), _limit(first, "C")), _sum(lines)


def _limit(line: str, kind: str) -> int:
    for part in line.strip().split(","):
        if part.endswith(kind) and part[:-1].isdigit():
            return int(part[:-1])
    return 0


def _sum(lines: list[str]) -> tuple[int, int]:
    size = messages = 0
    for line in lines:
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


def _count_anew(root: str) -> tuple[int, int]:
    """Count all messages and replace the file by what came out."""
    sizes = [_size(entry) for entry in _messages(root)]
    used = (sum(sizes), len(sizes))
    temp = f"{root}/tmp/{new_base()}"
    try:
        with open(f"{root}/{FILE}", encoding="ascii", errors="replace") as file:
            quota = file.readline().strip()
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
