"""learning: what one transaction changes of the Bayes filter's memory.

Rows are read once, changed here, and written together at the end, so that ten
thousand messages in some transactions cost hardly more than their tokens.
Guarantees and limits are those of `store`.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import Totals, log_odds, step
from maildrop_py.evidence.bayes.stored_rows import TRIALS
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    from maildrop_py.evidence.bayes.judgement import Row

    Learnt = tuple[int, int, int]  # spam, step, error

    class Place(Protocol):
        """Where all is kept, in a transaction that is open."""

        def totals(self) -> Totals: ...

        def last_number(self) -> int: ...

        def rows(self, keys: Iterable[int]) -> dict[int, Row]: ...

        def message(self, key: int) -> Learnt | None: ...

        def keep_message(self, key: int, learnt: Learnt, now: int, number: int) -> None: ...

        def drop_message(self, key: int) -> None: ...

        def write(
            self,
            rows: list[tuple[int, ...]],
            gone: list[int],
            totals: dict[str, int],
            trials: dict[str, int],
        ) -> None: ...

        def forget_oldest(self, number: int) -> None: ...


LEARNT, ALREADY, CORRECTED = "learnt", "already learnt", "corrected"
FORGOTTEN, NOT_LEARNT = "forgotten", "not learnt"

AGE = 250  # learnt messages of one age


@record
class Lesson:
    """One message: what it is known by, its tokens' keys, and which kind it is."""

    message: int
    keys: tuple[int, ...]
    is_spam: bool


class Learning:
    """Changes in the making; `write` puts them into the open transaction."""

    def __init__(self, place: Place) -> None:
        self._place = place
        totals = place.totals()
        self._counts = [totals.ham, totals.spam]
        self._balance = totals.balance
        self._number = place.last_number()
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
        age = self._number // AGE
        rows = self._rows
        kept = [(key, *rows[key], age) for key in sorted(self._changed) if any(rows[key][:2])]
        gone = [key for key in self._changed if not any(rows[key][:2])]
        counts = {"ham": self._counts[0], "spam": self._counts[1], "balance": self._balance}
        self._place.write(kept, gone, counts, self._trials)
        if self._began // AGE < age:
            self._place.forget_oldest(self._number)

    def _load(self, lessons: Iterable[Lesson]) -> None:
        keys = {key for lesson in lessons for key in lesson.keys} - self._changed
        self._rows.update((key, list(row)) for key, row in self._place.rows(keys).items())

    def _learn(self, lesson: Lesson, now: int) -> str:
        before = self._place.message(lesson.message)
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
        learnt = (int(lesson.is_spam), by, error)
        self._place.keep_message(lesson.message, learnt, now, self._number)
        return LEARNT if before is None else CORRECTED

    def _try(self, odds: float, is_spam: bool) -> None:
        """Count whether the filter would have been right about a message it has not learnt."""
        kind = "spam" if is_spam else "ham"
        self._trials[f"tried {kind}"] += 1
        self._trials[f"wrong {kind}"] += (odds > 0) != is_spam

    def _unlearn(self, lesson: Lesson) -> bool:
        found = self._place.message(lesson.message)
        if found is None:
            return False
        was_spam, by, error = bool(found[0]), found[1], found[2]
        self._change(lesson, was_spam, -1, -by)
        self._balance -= error
        self._place.drop_message(lesson.message)
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
