"""answered: who got an automatic answer, so that nobody gets it again too soon (RFC 5230 4.2).

Guarantee: whoever is said to be the first is remembered on disk before it is said, and only one
of many processes is told so. Where that cannot be written, nobody is answered. At most
MOST people are remembered; then those whose time ends first are forgotten.
"""

from __future__ import annotations

import hashlib

from maildrop_py.evidence.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

MOST = 20_000
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


class Answered(Store):
    """The people who were answered, in the file at `path`."""

    SCHEMA = (_TABLE,)

    def is_first(self, handle: str, address: str, now: float, seconds: float) -> bool:
        """Whether `address` was not answered for `handle` in the last so many seconds.

        From now on it was. False where that cannot be remembered.
        """
        person = hashlib.sha256(f"{handle}\0{address.lower()}".encode("utf-8", "replace")).digest()

        def add(connection: sqlite3.Connection) -> bool:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                changed = connection.execute(_ADD, (person, now + seconds, now)).rowcount
                connection.execute("DELETE FROM answered WHERE ends <= ?", (now,))
                connection.execute(_FORGET, (MOST,))
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return changed > 0

        return self._attempt(add) is True
