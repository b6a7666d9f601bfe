"""reserved_quota: what a delivery has taken of a Maildir's quota, to be given back if it fails."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.maildir.tmp_file import TmpFile


class ReservedQuota:
    """Of the Maildir at `root`, which has a file `maildirsize`: room for `copies`, or OverQuota."""

    def __init__(self, root: str, copies: Iterable[TmpFile]) -> None:
        self._root = root
        self._size = self._messages = 0
        self.reserve(copies)

    def reserve(self, copies: Iterable[TmpFile]) -> None:
        """Count more `copies`, where their folders are counted; raises OverQuota."""
        from maildrop_py.maildir.quota import is_counted, reserve

        sizes = [copy.written.size for copy in copies if is_counted(copy.folder.path, self._root)]
        reserve(self._root, sum(sizes), len(sizes))
        self._size += sum(sizes)
        self._messages += len(sizes)

    def release(self) -> None:
        """Give all of it back."""
        size, messages = self._size, self._messages
        self._size = self._messages = 0
        if messages:
            from maildrop_py.maildir.quota import release

            release(self._root, size, messages)
