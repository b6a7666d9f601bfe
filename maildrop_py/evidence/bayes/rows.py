"""rows: what was learnt, as it is read from the Bayes filter's file."""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from maildrop_py.evidence.bayes.judgement import Row

TRIALS = ("tried spam", "wrong spam", "tried ham", "wrong ham")
"""Totals of what the filter would have said of each message before it learnt it."""

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
