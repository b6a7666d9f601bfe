"""sqlite_memory: what greylisting remembers, in one SQLite file for all processes of a host.

A write-ahead log, so that reading never waits for writing. What `write` says to have
kept every process sees afterwards; after a crash of the program it is all there.
`synchronous=OFF`, for a sync of the disk would hold all clients up: after a power cut the
file may have to be made again, and then clients that were known are so no more.

There is no index beside the key: keys are hashes, so cleaning goes through the file in
SLICES of equal size, one after the other, a few between two requests. Of triplets that
have not passed yet there are at most `most_pending`; in each slice the oldest go first.

Guarantees: raises nothing. A file that cannot be used is said so once in `warnings`, and
tried again after RETRY seconds; meanwhile `read` is None and `write` False. A corrupt
file is put aside (`.corrupt`) and a new one begun. Clocks: what has ended is only removed
while the wall clock and the one that never goes back agree, so that a clock that is set
a year ahead and back again does not empty the store.

Known limits: not for network file systems. One writer at a time waits LOCK_WAIT for others.
"""

from __future__ import annotations

import os
import sqlite3
import time
from functools import cache

from maildrop_py.private_file import make_private_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from maildrop_py.policy.remembered import Change

    T = TypeVar("T")

LOCK_WAIT = 0.2  # seconds
RETRY = 5.0  # seconds
SLICES = 4096
MOST_PENDING = 2_000_000
DISAGREEMENT = 3600.0
"""Seconds by which the two clocks may part before nothing is removed any more."""
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB NOT NULL,"
    " ends INTEGER NOT NULL, pending INTEGER NOT NULL) WITHOUT ROWID"
)
_NEW = (
    "INSERT INTO kept VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE"
    " SET value = ?2, ends = ?3, pending = ?4 WHERE kept.ends <= ?5"
)
_ANY = "INSERT OR REPLACE INTO kept VALUES (?1, ?2, ?3, ?4)"
_SLICE = "SELECT pending, ends, key FROM kept WHERE key >= ?1 AND key < ?2"
_REMOVE = "DELETE FROM kept WHERE key = ?1"
_SEVERAL = "SELECT key, value FROM kept WHERE ends > ? AND key IN ("
AT_ONCE = 500
"""Keys that are looked up in one go: SQLite allows no endless statements."""


class SqliteMemory:
    """The file at `path`. One process's; a forked one opens it for itself."""

    def __init__(self, path: str, most_pending: int = MOST_PENDING) -> None:
        self.path = path
        self._warnings: list[str] = []
        self._most_pending = most_pending
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._not_before = 0.0
        self._slice = 0
        self._apart: float | None = None

    @property
    def warnings(self) -> list[str]:
        """See `Memory`."""
        return self._warnings

    def read(self, keys: list[bytes], now: int, writing: bool = False) -> dict[bytes, bytes] | None:
        """See `Memory`."""
        return self._attempt(lambda connection: _read(connection, keys, now, writing))

    def write(self, changes: list[Change], now: int) -> bool:
        """See `Memory`."""
        if not changes and (self._connection is None or not self._connection.in_transaction):
            return True
        return bool(self._attempt(lambda connection: _write(connection, changes, now)))

    def clean(self, now: int) -> int:
        """Clean the next slice; how many entries went that had ended, or were too many."""
        if not self._clocks_agree(now):
            return 0
        return self._attempt(lambda connection: self._clean(connection, now)) or 0

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._connection is not None and self._pid == os.getpid():
            self._connection.close()
        self._connection = None

    def count(self) -> int:
        """How many entries there are; 0 where that cannot be told."""
        text = "SELECT count(*) FROM kept"
        return int(self._attempt(lambda connection: connection.execute(text).fetchone()[0]) or 0)

    def _clean(self, connection: sqlite3.Connection, now: int) -> int:
        self._slice = (self._slice + 1) % SLICES
        rows = connection.execute(_SLICE, _edges(self._slice)).fetchall()
        gone = [(key,) for _, ends, key in rows if ends <= now]
        waiting = sorted((ends, key) for pending, ends, key in rows if pending and ends > now)
        too_many = len(waiting) - self._most_pending // SLICES
        gone += [(key,) for _, key in waiting[: max(0, too_many)]]
        if gone:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(_REMOVE, gone)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        return len(gone)

    def _clocks_agree(self, now: int) -> bool:
        apart = now - time.monotonic()
        if self._apart is None:
            self._apart = apart
        return abs(apart - self._apart) < DISAGREEMENT

    def _attempt(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What `action` returns; None where the file cannot be used."""
        moment = time.monotonic()
        if moment < self._not_before:
            return None
        try:
            return action(self._open())
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                self._put_aside(str(error))
            else:
                self._give_up(str(error), error)
        except OSError as error:
            self._give_up(error.strerror or str(error), None)
        return None

    def _give_up(self, why: str, error: sqlite3.Error | None) -> None:
        """Leave the file alone for a while; a lock that others hold is no reason for that."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return
        self._warnings.append(f"{self.path} is not used: {why}")
        self.close()
        self._not_before = time.monotonic() + RETRY

    def _put_aside(self, why: str) -> None:
        self._warnings.append(f"{self.path} is made again: {why}")
        self.close()
        try:
            for behind in ("-wal", "-shm", ""):
                if os.path.exists(self.path + behind):
                    os.replace(self.path + behind, f"{self.path}.corrupt{behind}")
        except OSError as error:
            self._give_up(error.strerror or str(error), None)

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        make_private_directory(os.path.dirname(self.path) or ".")
        connection = sqlite3.connect(
            self.path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            os.chmod(self.path, 0o600)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -4000")
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection


def _edges(number: int) -> tuple[bytes, bytes]:
    """The first key of a slice, and what is behind its last."""
    size = 65536 // SLICES
    behind = (number + 1) * size
    last = behind.to_bytes(2, "big") if behind < 65536 else b"\xff" * 17
    return (number * size).to_bytes(2, "big"), last


def _read(
    connection: sqlite3.Connection, keys: list[bytes], now: int, writing: bool
) -> dict[bytes, bytes]:
    if writing:
        _begin(connection)
    if len(keys) <= AT_ONCE:
        return dict(connection.execute(_select(len(keys)), (now, *keys)))
    found: dict[bytes, bytes] = {}
    for at in range(0, len(keys), AT_ONCE):
        found |= _read(connection, keys[at : at + AT_ONCE], now, False)
    return found


@cache
def _select(count: int) -> str:
    return _SEVERAL + ",".join("?" * count) + ")"


def _begin(connection: sqlite3.Connection) -> bool:
    if not connection.in_transaction:
        connection.execute("BEGIN IMMEDIATE")
    return True


def _write(connection: sqlite3.Connection, changes: list[Change], now: int) -> bool:
    _begin(connection)
    try:
        for change in changes:
            row = (change.key, change.value, change.ends, int(change.pending))
            if change.only_new:
                connection.execute(_NEW, (*row, now))
            else:
                connection.execute(_ANY, row)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True
