"""borrowed_store: what was learnt before, read and never written, for dry runs.

What is learnt in the meantime is kept in memory, so that a run over thousands of
messages asks each question once; it is gone with the process. Nothing is made,
mended or marked on disk. Where there is no file yet, nothing was learnt.
"""

from __future__ import annotations

import os

from maildrop_py.evidence.store import FOREVER, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    S = TypeVar("S", bound=Store)


class BorrowedStore(Store):
    """The lines of the file at `path`, and those learnt in this process."""

    def __init__(self, path: str) -> None:
        self._missing = not os.path.exists(path)
        super().__init__("" if self._missing else path)
        self._lacking: dict[str, bool] = {}
        self._learnt: dict[tuple[str, str], tuple[str, float]] = {}

    @property
    def usable(self) -> bool:
        """Whether all that was ever learnt can be read, as far as was tried."""
        return self._missing or super().usable

    def lines(self, kind: str, keys: Iterable[str], now: float) -> dict[str, str]:
        if not self._learnt:
            return super().lines(kind, keys, now)
        wanted = tuple(keys)
        found = super().lines(kind, wanted, now)
        for key in wanted:
            line, ends = self._learnt.get((kind, key), ("", now))
            if ends > now:
                found[key] = line
        return found

    def learn(
        self, kind: str, lines: Iterable[tuple[str, str]], now: float, seconds: float = FOREVER
    ) -> None:
        self._learnt.update({(kind, key): (line, now + seconds) for key, line in lines})

    def beside(self, path: str, kind: Callable[[str], S]) -> S:
        """The same; where there is no file, one that knows nothing, so that none is made."""
        is_there = path.startswith("redis://") or os.path.exists(path)
        return super().beside(path if is_there else "", kind)

    def lacks(self, path: str) -> bool:
        """Whether there was no such file when it was first asked for: that is one moment's run."""
        found = self._lacking.get(path)
        if found is None:
            try:
                os.stat(path)
                found = False
            except FileNotFoundError:
                found = True
            except OSError:
                found = False  # whoever opens it will say so
            self._lacking[path] = found
        return found

    def forget(self, kind: str) -> None:
        raise NotImplementedError("a borrowed store forgets nothing")

    def _mend(self, error: sqlite3.Error) -> bool:
        return False
