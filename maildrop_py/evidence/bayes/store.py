"""store: what the Bayes filter has learnt, on disk, for any number of processes at once.

One SQLite file beside the evidence store, of the same kind and with the same
guarantees (see `evidence.store`): tokens with their counts and weights, the messages
that were learnt with what each of them changed, and the totals. Tokens are kept
as 48 bits of checksums, so that the file tells nobody what one's mail says; one
unknown token in 500 million is taken for another.

Guarantees: learning is all or nothing; a message counts once, by its
Message-ID; `take_back` right after `teach` leaves every count and weight as it was;
the file stays below 20 MB. Beyond MOST_TOKENS what was seen in one message
alone and longest ago goes first, so that the filter follows the mail as it
changes; beyond MOST_MESSAGES the oldest can't be taken back any more.

Known limits: a message that is forgotten after so much was learnt that some of
its tokens had to go takes back what is left.
"""

from __future__ import annotations

from binascii import crc32, crc_hqx

from maildrop_py.evidence.bayes.judgement import Totals
from maildrop_py.evidence.bayes.stored_rows import TRIALS, SqlitePlace, read_rows, read_totals
from maildrop_py.evidence.store import Store
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from typing import ClassVar

    from maildrop_py.evidence.bayes.judgement import Row
    from maildrop_py.evidence.bayes.learning import Learning, Lesson

_HALF = 1 << 47


@record
class Status:
    """What was learnt in all: counts, tokens, and when first and last (seconds since 1970).

    `trials` count the messages that were judged before they were learnt, and errors,
    by the names in `rows.TRIALS`.
    """

    totals: Totals
    tokens: int = 0
    messages: int = 0
    first: int = 0
    last: int = 0
    trials: tuple[tuple[str, int], ...] = ()


def key_of(text: str) -> int:
    """The 48 bits that stand for a token or a Message-ID."""
    data = text.encode("utf-8", "replace")
    return (crc32(data) << 16 | crc_hqx(data, 0xFFFF)) - _HALF


def message_key(message_id: str, keys: Sequence[int]) -> int:
    """What a message is known by: its Message-ID, or its tokens where it has none."""
    return key_of(message_id or "\n".join(map(str, sorted(keys))))


class BayesStore(Store):
    """The Bayes filter's file at `path`; nothing is learnt with no path."""

    SCHEMA: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE IF NOT EXISTS token (key INTEGER PRIMARY KEY, spam INTEGER NOT NULL,"
        " ham INTEGER NOT NULL, weight INTEGER NOT NULL, age INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS message (key INTEGER PRIMARY KEY, spam INTEGER NOT NULL,"
        " step INTEGER NOT NULL, error INTEGER NOT NULL, time INTEGER NOT NULL,"
        " number INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS total (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
        " WITHOUT ROWID",
    )

    def known(self, keys: Sequence[int]) -> tuple[Totals, dict[int, Row]] | None:
        """The totals, and what was learnt of `keys`; None if the file can't be read."""
        return self._attempt(lambda c: (read_totals(c), read_rows(c, keys)))

    def teach(self, lessons: Iterable[Lesson], now: float) -> list[str] | None:
        """Learn in this order, all or nothing; what became of each, None if it failed."""
        wanted = list(lessons)
        return self._attempt(
            lambda c: _all_or_nothing(c, lambda work: work.learn(wanted, int(now)))
        )

    def take_back(self, lessons: Iterable[Lesson]) -> list[str] | None:
        """Take back what these messages changed, whichever kind they were learnt as."""
        wanted = list(lessons)
        return self._attempt(lambda c: _all_or_nothing(c, lambda work: work.unlearn(wanted)))

    def kind(self, message: int) -> bool | None:
        """Whether the message was learnt as spam; None if it was not learnt."""
        text = "SELECT spam FROM message WHERE key = ?"
        found = self._attempt(lambda c: c.execute(text, (message,)).fetchone())
        return None if found is None else bool(found[0])

    def status(self) -> Status | None:
        """What was learnt in all; None if the file can't be read."""
        return self._attempt(_status)


def _all_or_nothing(
    connection: sqlite3.Connection, change: Callable[[Learning], list[str]]
) -> list[str]:
    from maildrop_py.evidence.bayes.learning import Learning

    connection.execute("BEGIN IMMEDIATE")
    try:
        learning = Learning(SqlitePlace(connection))
        done = change(learning)
        learning.write()
        connection.execute("COMMIT")
        return done
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _status(connection: sqlite3.Connection) -> Status:
    tokens = connection.execute("SELECT count(*) FROM token").fetchone()[0]
    text = "SELECT count(*), coalesce(min(time), 0), coalesce(max(time), 0) FROM message"
    messages, first, last = connection.execute(text).fetchone()
    found = dict(connection.execute("SELECT name, value FROM total").fetchall())
    trials = tuple((name, found.get(name, 0)) for name in TRIALS)
    return Status(read_totals(connection), tokens, messages, first, last, trials)
