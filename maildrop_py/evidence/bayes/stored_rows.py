"""stored_rows: what was learnt, as it is read from the Bayes filter's file."""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from maildrop_py.evidence.bayes.judgement import Row
    from maildrop_py.evidence.bayes.learning import Learnt

TRIALS = ("tried spam", "wrong spam", "tried ham", "wrong ham")
"""Totals of what the filter would have said of each message before it learnt it."""

MOST_TOKENS = 430_000
MOST_MESSAGES = 60_000
LEFT = 0.8
"""Of MOST_TOKENS, what is left when some had to go."""

WORTH = 40
"""Ages: what each more message keeps a token."""

_AT_ONCE = 512  # keys in one query


def read_totals(connection: sqlite3.Connection) -> Totals:
    """How many messages were learnt."""
    found = dict(connection.execute("SELECT name, value FROM total").fetchall())
    return Totals(found.get("spam", 0), found.get("ham", 0), found.get("balance", 0))


def read_rows(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Row]:
    """What was learnt of `keys`."""
    found: dict[int, Row] = {}
    for some in _some_at_once(sorted(keys)):
        places = ",".join("?" * len(some))
        text = f"SELECT key, spam, ham, weight FROM token WHERE key IN ({places})"
        for key, spam, ham, weight in connection.execute(text, some):
            found[key] = spam, ham, weight
    return found


def _some_at_once(keys: list[int]) -> Iterator[list[int]]:
    """`keys` in lists of few different lengths, so that SQLite compiles few queries."""
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        yield some + some[-1:] * (-len(some) % 64)


class SqlitePlace:
    """The file of one user, in a transaction that is open; see learning.Place."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def totals(self) -> Totals:
        return read_totals(self._connection)

    def last_number(self) -> int:
        text = "SELECT coalesce(max(number), 0) FROM message"
        return int(self._connection.execute(text).fetchone()[0])

    def rows(self, keys: Iterable[int]) -> dict[int, Row]:
        return read_rows(self._connection, keys)

    def message(self, key: int) -> Learnt | None:
        text = "SELECT spam, step, error FROM message WHERE key = ?"
        found: Learnt | None = self._connection.execute(text, (key,)).fetchone()
        return found

    def keep_message(self, key: int, learnt: Learnt, now: int, number: int) -> None:
        text = "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?)"
        self._connection.execute(text, (key, *learnt, now, number))

    def drop_message(self, key: int) -> None:
        self._connection.execute("DELETE FROM message WHERE key = ?", (key,))

    def write(
        self,
        rows: list[tuple[int, ...]],
        gone: list[int],
        totals: dict[str, int],
        trials: dict[str, int],
    ) -> None:
        many = self._connection.executemany
        many("INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?)", rows)
        many("DELETE FROM token WHERE key = ?", [(key,) for key in gone])
        many("INSERT OR REPLACE INTO total VALUES (?, ?)", list(totals.items()))
        text = "INSERT INTO total VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?"
        many(text, [(name, count, count) for name, count in trials.items() if count])

    def forget_oldest(self, number: int) -> None:
        _forget_oldest(self._connection, number)


def _forget_oldest(connection: sqlite3.Connection, number: int) -> None:
    """Keep the tokens within MOST_TOKENS, the messages within MOST_MESSAGES."""
    oldest = number - MOST_MESSAGES
    connection.execute("DELETE FROM message WHERE number <= ?", (oldest,))
    count = connection.execute("SELECT count(*) FROM token").fetchone()[0]
    if count <= MOST_TOKENS:
        return
    excess = count - round(LEFT * MOST_TOKENS)
    worth = f"age + {WORTH} * (spam + ham)"
    text = f"SELECT {worth}, count(*) FROM token GROUP BY 1 ORDER BY 1"
    for value, size in connection.execute(text).fetchall():
        if excess <= 0:
            return
        if size > 2 * excess:  # all of one age: take some of them
            text = f"DELETE FROM token WHERE {worth} = ? AND abs(key) % ? < ?"
            connection.execute(text, (value, size, excess))
        else:
            connection.execute(f"DELETE FROM token WHERE {worth} = ?", (value,))
        excess -= size
