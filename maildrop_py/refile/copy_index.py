"""copy_index: whether a folder already has a copy of a message, so that none is made twice.

A copy is one more link to the same file, because messages never change; Dovecot
and `deliver` make copies in this way too. On another file system, where no link
is possible, a message of the same size and with the same bytes is a copy.

Known limits: folders are listed once, so a run does not see what happens to
copies while it lasts. The index takes 8 bytes for each message of a folder that
gets copies, and 200 if the folder is on another file system.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left

from maildrop_py.maildir.copying import same_bytes
from maildrop_py.maildir.file_name import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class CopyIndex:
    """Knows the messages of folders, given by their directories."""

    def __init__(self) -> None:
        self._inodes: dict[str, array[int]] = {}
        self._sizes: dict[str, dict[int, list[str]]] = {}

    def has(self, folder: str, path: str) -> bool:
        """Whether `folder` has a copy of the message at `path`; raises OSError."""
        message = os.lstat(path)
        if message.st_dev != os.stat(folder).st_dev:
            return any(_same(path, other) for other in self._of_size(folder, message.st_size))
        return message.st_nlink > 1 and self._has_inode(folder, message.st_ino)

    def _has_inode(self, folder: str, inode: int) -> bool:
        inodes = self._inodes.get(folder)
        if inodes is None:
            listed = array("Q", [entry.inode() for entry in _entries(folder)])
            inodes = self._inodes[folder] = array("Q", sorted(listed))
        at = bisect_left(inodes, inode)
        return at < len(inodes) and inodes[at] == inode

    def _of_size(self, folder: str, size: int) -> list[str]:
        sizes = self._sizes.get(folder)
        if sizes is None:
            sizes = self._sizes[folder] = {}
            for entry in _entries(folder):
                named = parse(entry.name).field("S")
                key = os.lstat(entry.path).st_size if named is None else named
                sizes.setdefault(key, []).append(entry.path)
        return sizes.get(size, [])


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    for part in ("new", "cur"):
        with os.scandir(f"{folder}/{part}") as entries:
            yield from entries


def _same(path: str, other: str) -> bool:
    try:
        return same_bytes(path, other)
    except OSError:
        return False  # removed meanwhile, or unreadable: not a copy that helps anybody
