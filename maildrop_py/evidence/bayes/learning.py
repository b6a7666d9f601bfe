"""learning: what one transaction changes of the Bayes filter's memory.

Rows are read once, changed here, and written together at the end, so that ten
thousand messages in some transactions cost hardly more than their tokens.
Guarantees and limits are those of `store`.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import Totals, log_odds, step
from maildrop_py.evidence.bayes.rows import TRIALS, read_rows, read_totals
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence


MOST_TOKENS = 430_000
MOST_MESSAGES = 60_000
LEARNT, ALREADY, CORRECTED = "learnt", "already learnt", "corrected"
FORGOTTEN, NOT_LEARNT = "forgotten", "not learnt"

_LEFT = 0.8  # of MOST_TOKENS when some had to go
_AGE = 250  # learnt messages of one age
_WORTH = 40  # ages: what each more message keeps a token


@record
class Lesson:
    """One message: what it is known by, its tokens' keys, and which kind it is."""

    message: int
    keys: tuple[int, ...]
    is_spam: bool


class Learning:
    """Changes in the making; `write` puts them into the open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        totals = read_totals(connection)
        self._counts = [totals.ham, totals.spam]
        self._balance = totals.balance
        text = "SELECT coalesce(max(number), 0) FROM message"
        self._number: int = connection.execute(text).fetchone()[0]
        self._began = self._number
        self._rows: dict[int, list[int]] = {}  # key to [spam, ham, weight]
        self._changed: set[int] = set()
        self._trials = dict.fromkeys(TRIALS, 0)

    def learn(self, lessons: Sequence[Lesson], now: int) -> list[str]:
        """Learn in this order; what became of each."""
        self._load(lessons)
        return [self._learn(lesson, now) for lesson in lessons]

    def unlearn(self, lessons: Sequence[Lesson]) -> list[str]:
        """Take back what each changed, whichever kind it was learnt as."""
        self._load(lessons)
        return [FORGOTTEN if self._unlearn(lesson) else NOT_LEARNT for lesson in lessons]

    def write(self) -> None:
        """Write every change, and let tokens go that are too many."""
        age = self._number // _AGE
        rows = self._rows
        kept = [(key, *rows[key], age) for key in sorted(self._changed) if any(rows[key][:2])]
        gone = [(key,) for key in self._changed if not any(rows[key][:2])]
        self._connection.executemany("INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?)", kept)
        self._connection.executemany("DELETE FROM token WHERE key = ?", gone)
        totals = (("ham", self._counts[0]), ("spam", self._counts[1]), ("balance", self._balance))
        self._connection.executemany("INSERT OR REPLACE INTO total VALUES (?, ?)", totals)
        text = "INSERT INTO total VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?"
        tried = [(name, count, count) for name, count in self._trials.items() if count]
        self._connection.executemany(text, tried)
        if self._began // _AGE < age:
            _forget_oldest(self._connection, self._number)

    def _load(self, lessons: Iterable[Lesson]) -> None:
        keys = {key for lesson in lessons for key in lesson.keys}
        self._rows = {key: list(row) for key, row in read_rows(self._connection, keys).items()}

    def _learn(self, lesson: Lesson, now: int) -> str:
        text = "SELECT spam FROM message WHERE key = ?"
        before = self._connection.execute(text, (lesson.message,)).fetchone()
        if before is not None and bool(before[0]) == lesson.is_spam:
            return ALREADY
        if before is not None:
            self._unlearn(lesson)
        size = len(lesson.keys)
        rows = self._rows
        known = [rows[key] for key in lesson.keys if key in rows]
        totals = Totals(self._counts[1], self._counts[0], self._balance)
        odds = log_odds(known, totals, size)  # type: ignore[arg-type]
        if before is None and totals.enough:
            self._try(odds, lesson.is_spam)
        by, error = step(odds, lesson.is_spam, totals, size)
        self._change(lesson, lesson.is_spam, 1, by)
        self._balance += error
        self._number += 1
        row = (lesson.message, int(lesson.is_spam), by, error, now, self._number)
        text = "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?)"
        self._connection.execute(text, row)
        return LEARNT if before is None else CORRECTED

    def _try(self, odds: float, is_spam: bool) -> None:
        """Count whether the filter would have been right about a message it has not learnt."""
        kind = "spam" if is_spam else "ham"
        self._trials[f"tried {kind}"] += 1
        self._trials[f"wrong {kind}"] += (odds > 0) != is_spam

    def _unlearn(self, lesson: Lesson) -> bool:
        text = "SELECT spam, step, error FROM message WHERE key = ?"
        found = self._connection.execute(text, (lesson.message,)).fetchone()
        if found is None:
            return False
        was_spam, by, error = bool(found[0]), found[1], found[2]
        self._change(lesson, was_spam, -1, -by)
        self._balance -= error
        self._connection.execute("DELETE FROM message WHERE key = ?", (lesson.message,))
        return True

    def _change(self, lesson: Lesson, is_spam: bool, count: int, weight: int) -> None:
        column = 0 if is_spam else 1
        for key in lesson.keys:
            row = self._rows.get(key)
            if row is None:
                if count < 0:
                    continue  # it had to go
                row = self._rows[key] = [0, 0, 0]
            row[column] = max(0, row[column] + count)
            row[2] += weight
        self._changed.update(key for key in lesson.keys if key in self._rows)
        self._counts[is_spam] = max(0, self._counts[is_spam] + count)


def _forget_oldest(connection: sqlite3.Connection, number: int) -> None:
    """Keep the tokens within MOST_TOKENS, the messages within MOST_MESSAGES."""
    oldest = number - MOST_MESSAGES
    connection.execute("DELETE FROM message WHERE number <= ?", (oldest,))
    count = connection.execute("SELECT count(*) FROM token").fetchone()[0]
    if count <= MOST_TOKENS:
        return
    excess = count - round(_LEFT * MOST_TOKENS)
    worth = f"age + {_WORTH} * (spam + ham)"
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
