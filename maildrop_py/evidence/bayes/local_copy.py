"""local_copy: what one host knows of a shared Bayes filter, for when the server is away.

The file holds all that this host taught, as `store` keeps it, and the lessons that the
server has not heard yet, which are given to it later, the oldest first.

Known limits: what other hosts taught is not in it. Of lessons that wait the newest
MOST_WAITING are kept; the others stay with this host.
"""

from __future__ import annotations

from array import array

from maildrop_py.evidence.bayes.learning import Lesson
from maildrop_py.evidence.bayes.store import BayesStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import ClassVar

MOST_WAITING = 500
TAKE_BACK = -1
"""In place of the kind, where a lesson is to be taken back."""


class LocalCopy(BayesStore):
    """The file at `path`; nothing is kept with no path."""

    SCHEMA: ClassVar[tuple[str, ...]] = (
        *BayesStore.SCHEMA,
        "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY, message INTEGER NOT NULL"
        " UNIQUE, kind INTEGER NOT NULL, keys BLOB NOT NULL)",
    )

    def keep_waiting(self, lessons: Iterable[Lesson], take_back: bool) -> None:
        """Keep them for the server; of one message, the last word counts."""
        rows = [
            (one.message, TAKE_BACK if take_back else int(one.is_spam), array("q", one.keys))
            for one in lessons
        ]
        self._attempt(lambda c: _keep(c, [(m, kind, keys.tobytes()) for m, kind, keys in rows]))

    def waiting(self) -> list[tuple[Lesson, bool]]:
        """What waits, in order, and whether it is to be taken back."""
        text = "SELECT message, kind, keys FROM waiting ORDER BY number"
        found = self._attempt(lambda c: c.execute(text).fetchall())
        return [
            (Lesson(message, tuple(array("q", keys)), kind == 1), kind == TAKE_BACK)
            for message, kind, keys in found or ()
        ]

    def heard(self, lessons: Iterable[tuple[Lesson, bool]]) -> None:
        """The server knows these now."""
        text = "DELETE FROM waiting WHERE message = ? AND kind = ?"
        rows = [(one.message, TAKE_BACK if back else int(one.is_spam)) for one, back in lessons]
        self._attempt(lambda c: c.executemany(text, rows))


def _keep(connection: sqlite3.Connection, rows: list[tuple[int, int, bytes]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        text = "INSERT OR REPLACE INTO waiting (message, kind, keys) VALUES (?, ?, ?)"
        connection.executemany(text, rows)
        text = "DELETE FROM waiting WHERE number <= (SELECT max(number) FROM waiting) - ?"
        connection.execute(text, (MOST_WAITING,))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
