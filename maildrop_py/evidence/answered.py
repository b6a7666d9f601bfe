"""answered: who got an automatic answer, so that nobody gets it again too soon (RFC 5230 4.2).

Guarantee: whoever is said to be the first is remembered on disk before it is said, and only one
of many processes is told so. Where that cannot be written, nobody is answered. At most
MOST people are remembered; then those whose time ends first are forgotten.

Whatever senders are forged and whatever other programs answer to, there is an end: in a day
(UTC) one address gets so many replies, one so many notifications, and all people together
so many answers.
"""

from __future__ import annotations

import hashlib

from maildrop_py.evidence.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

MOST = 20_000
DAY = 86400
_TABLE = (
    "CREATE TABLE IF NOT EXISTS answered (person BLOB NOT NULL PRIMARY KEY, ends REAL NOT NULL)"
    " WITHOUT ROWID"
)
_ADD = (
    "INSERT INTO answered VALUES (?, ?) ON CONFLICT (person)"
    " DO UPDATE SET ends = excluded.ends WHERE ends <= ?"
)
_FORGET = (
    "DELETE FROM answered WHERE person IN (SELECT person FROM answered ORDER BY ends"
    " LIMIT max(0, (SELECT count(*) FROM answered) - ?))"
)
_DAYS = (
    "CREATE TABLE IF NOT EXISTS answered_in_a_day (what BLOB NOT NULL, day INTEGER NOT NULL,"
    " number INTEGER NOT NULL, PRIMARY KEY (what, day)) WITHOUT ROWID"
)
_COUNT = (
    "INSERT INTO answered_in_a_day VALUES (?, ?, 1) ON CONFLICT (what, day)"
    " DO UPDATE SET number = number + 1 WHERE number < ?"
)


class Answered(Store):
    """The people who were answered, in the file at `path`."""

    SCHEMA = (_TABLE, _DAYS)

    def is_first(self, handle: str, address: str, now: float, seconds: float) -> bool:
        """Whether `address` was not answered for `handle` in the last so many seconds.

        From now on it was. False where that cannot be remembered.
        """
        person = _key(handle, address)

        def add(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(_ADD, (person, now + seconds, now)).rowcount
            connection.execute("DELETE FROM answered WHERE ends <= ?", (now,))
            connection.execute(_FORGET, (MOST,))
            return changed > 0

        return self._kept(add)

    def is_below(self, most: int, what: str, address: str, now: float) -> bool:
        """Whether there were fewer than `most` of `what` for `address` today; now one more.

        False where that cannot be remembered.
        """
        day = int(now // DAY)

        def count(connection: sqlite3.Connection) -> bool:
            connection.execute("DELETE FROM answered_in_a_day WHERE day <> ?", (day,))
            return connection.execute(_COUNT, (_key(what, address), day, most)).rowcount > 0

        return self._kept(count)

    def _kept(self, change: Callable[[sqlite3.Connection], bool]) -> bool:
        def whole(connection: sqlite3.Connection) -> bool:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = change(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return found

        return self._attempt(whole) is True


def _key(what: str, address: str) -> bytes:
    return hashlib.sha256(f"{what}\0{address.lower()}".encode("utf-8", "replace")).digest()
