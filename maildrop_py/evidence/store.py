"""store: what was learnt before, on disk, for any number of processes at once.

One SQLite file holds lines of text by kind and key, each with the time of its
end: SPF and DNSBL results, self-tests of zones, Message-IDs delivered. All of
it can be learnt again, so nothing here ever stops mail: whatever goes wrong is
said once in `warnings`, and the message goes on without a store.

Guarantees: a written line is seen by every process that looks afterwards. A
corrupt file is left where it is and marked so by an empty file beside it
(`.corrupt`); a new one with a number behind its name takes its place. Neither
may be renamed or removed while others have it open: they would take the new
file's journal for their own. The file is for its owner alone; one that others
may write to, or replace, is not used.

A rollback journal, not a write-ahead log: one-shot processes open the file,
read a line or two and leave, and the last one to leave a write-ahead log has
to fold it in and remove it each time. `synchronous=OFF`: a crash of the program
loses nothing; after a power cut the file may have to be made again.

Known limits: not for network file systems whose locks do not work. A process
waits at most `LOCK_WAIT` for the others.
"""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident
from time import monotonic, time

from maildrop_py.private_file import check_private, make_private_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar, TypeVar

    _Row = tuple[str, str, str, float]
    T = TypeVar("T")
    S = TypeVar("S", bound="Store")

LOCK_WAIT = 10.0  # seconds
AGAIN = 1.0  # seconds
FOREVER = 1e12  # seconds
_SWEEP_EVERY = 86400.0  # seconds between removals of what has ended
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS learnt (kind TEXT NOT NULL, key TEXT NOT NULL,"
    " line TEXT NOT NULL, ends REAL NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
)
_CORRUPT = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB: primary result codes
_CANNOT_OPEN = 14  # SQLITE_CANTOPEN
_TRIES = 8  # the file may have to be made again, and then its table


class Store:
    """Lines of text by kind and key in the file `path`; none at all with no path.

    May be used by several threads, and after a fork. `SCHEMA` makes the tables.
    """

    SCHEMA: ClassVar[tuple[str, ...]] = (_SCHEMA,)

    def __init__(self, path: str) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._lock = allocate_lock()
        self._connection: sqlite3.Connection | None = None
        self._file = path  # the one in use
        self._opened: tuple[int, ...] = ()  # the _place() of the connection
        self._checked = 0.0  # when it was looked whose the way to the file is
        self._gathered: dict[int, list[_Row]] = {}  # by thread
        self._inherited: list[sqlite3.Connection] = []  # of a parent: not ours to close
        self._off = not path
        self._beside: dict[str, Store] = {}

    @property
    def usable(self) -> bool:
        """Whether the file can be read and written, as far as was tried."""
        return not self._off

    def lines(self, kind: str, keys: Iterable[str], now: float) -> dict[str, str]:
        """The lines of `kind` at `keys` that have not ended at `now`, by key."""
        if self._off:
            return {}
        wanted = {_storable(key): key for key in keys}
        places = ",".join("?" * len(wanted))
        text = f"SELECT key, line FROM learnt WHERE kind = ? AND ends > ? AND key IN ({places})"
        found = self._attempt(lambda c: c.execute(text, (kind, now, *wanted)).fetchall())
        return {wanted[key]: line for key, line in found or ()}

    def learn(
        self, kind: str, lines: Iterable[tuple[str, str]], now: float, seconds: float = FOREVER
    ) -> None:
        """Keep `lines` of (key, line) for `seconds` from `now`, all or none of them."""
        rows = [(kind, _storable(key), _storable(line), now + seconds) for key, line in lines]
        gathered = self._gathered.get(get_ident())
        if gathered is not None:
            gathered += rows
        elif rows:
            self.write(rows, now)

    def together(self) -> _Together:
        """`with` it, what this thread learns is written at the end, in one transaction."""
        return _Together(self, self._gathered)

    def write(self, rows: list[_Row], now: float | None = None) -> None:
        """Keep rows of (kind, key, line, end), all or none of them."""
        self._attempt(lambda c: _write(c, rows, time() if now is None else now))

    def forget(self, kind: str) -> None:
        """Drop every line of `kind`."""
        self._attempt(lambda c: c.execute("DELETE FROM learnt WHERE kind = ?", (kind,)))

    def beside(self, path: str, kind: Callable[[str], S]) -> S:
        """The store of another kind at `path`, which is open as long as this one."""
        found = self._beside.get(path)
        if found is None:
            found = self._beside[path] = kind(path)
        return found  # type: ignore[return-value]

    def lacks(self, path: str) -> bool:
        """Whether another file of what was learnt is not there and will not come."""
        return False

    def all_warnings(self) -> list[str]:
        """What went wrong here and in the stores beside this one."""
        return [*self.warnings, *(one for each in self._beside.values() for one in each.warnings)]

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        for other in self._beside.values():
            other.close()
        with self._lock:
            self._close()

    def _attempt(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What `action` returns; None if the file cannot be used."""
        if self._off:
            return None
        sqlite, why = _sqlite(), ""
        trouble: sqlite3.Error | None = None
        with self._lock:
            for _ in range(_TRIES):
                try:
                    if trouble is not None and not self._mend(trouble):
                        break
                    trouble = None
                    return action(self._open())
                except sqlite.Error as error:
                    trouble, why = error, str(error)
                except OSError as error:
                    why = error.strerror or str(error)
                    break
            self.warnings.append(f"{self.path} is not used: {why}")
            self._off = True
            self._close()
        return None

    def _open(self) -> sqlite3.Connection:
        """The connection to the file as it is now; whose the way to it is, is asked at times."""
        path, now = _current(self.path), monotonic()
        if path != self._file or now - self._checked > AGAIN or not self._is_open(path):
            self._file = path
            _make_private(path)
            self._checked = now
            if not self._is_open(path):
                self._close()
                self._connection, self._opened = _connect(path), _place(path)
        assert self._connection is not None
        return self._connection

    def _is_open(self, path: str) -> bool:
        """Whether what lies there is what is open, with the owner and mode it had."""
        try:
            return self._connection is not None and self._opened == _place(path)
        except FileNotFoundError:
            return False

    def _close(self) -> None:
        if self._connection is not None:
            if self._opened[0] == os.getpid():
                self._connection.close()
            else:
                self._inherited.append(self._connection)
        self._connection = None

    def _mend(self, error: sqlite3.Error) -> bool:
        """Whether it is worth trying again, after what was wrong has been put right."""
        code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
        if code == _CANNOT_OPEN:
            self._close()
            return not os.path.exists(self._file)
        if code in _CORRUPT:
            self._close()
            self.warnings.append(f"{self._file} is made again: {error}")
            _mark_corrupt(self._file)
            return True
        if "no such table" in str(error) and self._connection is not None:
            for table in self.SCHEMA:
                self._connection.execute(table)
            return True
        return False


class _Together:
    """`with` this, what a thread learns is gathered, and written at the end."""

    def __init__(self, store: Store, gathered: dict[int, list[_Row]]) -> None:
        self._store, self._gathered = store, gathered

    def __enter__(self) -> None:
        self._gathered[get_ident()] = []

    def __exit__(self, *exc: object) -> None:
        rows = self._gathered.pop(get_ident())
        if rows:
            self._store.write(rows)


def _place(path: str) -> tuple[int, ...]:
    """This process, and the file that lies there, whose it is and who may write to it."""
    found = os.stat(path)
    file = found.st_dev, found.st_ino, found.st_uid, found.st_gid, found.st_mode
    return (os.getpid(), *file)


def _sqlite() -> Any:
    """The engine of `sqlite3`; its adapters for dates, not used here, take longer to load."""
    try:
        import _sqlite3
    except ImportError:  # an interpreter that is not CPython
        import sqlite3

        return sqlite3
    return _sqlite3


def _connect(path: str) -> sqlite3.Connection:
    """A connection to a file that is there; SQLite would make one that others may read."""
    place = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection: sqlite3.Connection = _sqlite().connect(
        f"file:{place}?mode=rw",
        uri=True,
        timeout=LOCK_WAIT,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _write(connection: sqlite3.Connection, rows: list[_Row], now: float) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        _sweep(connection, now)
        connection.executemany("INSERT OR REPLACE INTO learnt VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _sweep(connection: sqlite3.Connection, now: float) -> None:
    """Removes what has ended, once in a while."""
    text = "SELECT 1 FROM learnt WHERE kind = '' AND key = 'swept' AND ends > ?"
    if connection.execute(text, (now,)).fetchone() is None:
        connection.execute("DELETE FROM learnt WHERE ends <= ?", (now,))
        row = ("", "swept", "", now + _SWEEP_EVERY)
        connection.execute("INSERT OR REPLACE INTO learnt VALUES (?, ?, ?, ?)", row)


def _make_private(path: str) -> None:
    """Makes the file if there is none. PermissionError if others may change what it says.

    An existing file is not opened: to close it again would drop the locks that
    SQLite holds on it in this process (POSIX fcntl locks).
    """
    make_private_directory(os.path.dirname(path) or ".")
    try:
        check_private(path)
    except FileNotFoundError:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            check_private(path)


def _current(path: str) -> str:
    """`path`, or with the first number behind it that is not marked corrupt."""
    place, number = path, 1
    while os.path.exists(place + ".corrupt"):
        number += 1
        place = f"{path}.{number}"
    return place


def _mark_corrupt(place: str) -> None:
    os.close(os.open(place + ".corrupt", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _storable(text: str) -> str:
    """`text` as UTF-8 can hold it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
