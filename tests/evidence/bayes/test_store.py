"""store: learnt once, taken back exactly, bounded, all or nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from maildrop_py.evidence.bayes import stored_rows as limits
from maildrop_py.evidence.bayes.learning import (
    ALREADY,
    CORRECTED,
    FORGOTTEN,
    LEARNT,
    NOT_LEARNT,
    Lesson,
)
from maildrop_py.evidence.bayes.store import BayesStore, key_of, message_key
from maildrop_py.record import replace

NOW = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> BayesStore:
    return BayesStore(str(tmp_path / "state" / "bayes.sqlite"))


def lesson(number: int, is_spam: bool, words: Iterable[str] = ()) -> Lesson:
    kind = "spam" if is_spam else "ham"
    keys = tuple(map(key_of, dict.fromkeys((*words, kind, "both", f"only {number}"))))
    return Lesson(key_of(f"<{number}@example>"), keys, is_spam)


def lessons(first: int, count: int) -> list[Lesson]:
    return [lesson(first + number, number % 2 == 0) for number in range(count)]


def contents(store: BayesStore) -> object:
    with sqlite3.connect(store.path) as file:
        tokens = file.execute("SELECT key, spam, ham, weight FROM token ORDER BY key").fetchall()
        text = "SELECT * FROM total WHERE name NOT LIKE 'tried%' AND name NOT LIKE 'wrong%'"
        return tokens, sorted(file.execute(text).fetchall())


def test_a_message_is_learnt_once(store: BayesStore) -> None:
    assert store.teach([lesson(1, True), lesson(1, True)], NOW) == [LEARNT, ALREADY]
    assert store.teach([lesson(1, True)], NOW) == [ALREADY]
    totals, rows = store.known([key_of("spam"), key_of("never")]) or (None, {})
    assert totals is not None and (totals.spam, totals.ham) == (1, 0)
    assert rows == {key_of("spam"): (1, 0, 0)}


def test_the_other_kind_corrects(store: BayesStore) -> None:
    store.teach(lessons(1, 60), NOW)
    before = contents(store)
    as_spam = lesson(100, True)
    as_ham = replace(as_spam, is_spam=False)
    store.teach([as_spam], NOW)
    assert store.teach([as_ham], NOW) == [CORRECTED]
    assert store.kind(as_ham.message) is False
    assert store.take_back([as_ham]) == [FORGOTTEN]
    assert contents(store) == before


def test_what_is_taken_back_leaves_all_as_it_was(store: BayesStore) -> None:
    store.teach(lessons(1, 60), NOW)
    before = contents(store)
    more = [lesson(100 + number, number % 3 == 0, ["new", "spam"]) for number in range(30)]
    store.teach(more, NOW)
    assert contents(store) != before
    assert store.take_back(more[::-1]) == [FORGOTTEN] * 30
    assert contents(store) == before
    assert store.take_back(more) == [NOT_LEARNT] * 30


def test_errors_move_weights(store: BayesStore) -> None:
    store.teach(lessons(1, 60), NOW)
    _, rows = store.known([key_of("spam"), key_of("ham")]) or (None, {})
    assert rows[key_of("spam")][2] > 0 > rows[key_of("ham")][2]


def test_the_file_stays_small(store: BayesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_TOKENS", 2000)
    monkeypatch.setattr(limits, "MOST_MESSAGES", 700)
    for start in range(0, 3000, 50):
        words = [[f"w{number}-{each}" for each in range(20)] for number in range(start, start + 50)]
        store.teach([lesson(start + n, n % 2 == 0, w) for n, w in enumerate(words)], NOW)
    status = store.status()
    assert status is not None and status.totals.spam == 1500
    assert status.tokens <= 2000 + 250 * 22 and status.messages <= 700 + 250
    _, rows = store.known([key_of("both"), key_of("w1-1"), key_of("w2999-1")]) or (None, {})
    assert set(rows) == {key_of("both"), key_of("w2999-1")}, "old and rare ones go first"


def test_a_message_without_id_is_known_by_its_tokens() -> None:
    assert message_key("", (1, 2)) == message_key("", (2, 1)) != message_key("", (1, 3))
    assert message_key("a@b", (1,)) == message_key("a@b", (2,))


def test_keys_are_small_enough_for_six_bytes() -> None:
    keys = [key_of(f"token {number}") for number in range(5000)]
    assert len(set(keys)) == 5000 and all(-(1 << 47) <= key < 1 << 47 for key in keys)


def test_the_file_is_the_owners_alone(store: BayesStore) -> None:
    store.teach(lessons(1, 2), NOW)
    assert os.stat(store.path).st_mode & 0o077 == 0


def test_a_damaged_file_is_set_aside(store: BayesStore) -> None:
    store.teach(lessons(1, 2), NOW)
    store.close()
    Path(store.path).write_bytes(b"garbage" * 1000)
    assert store.known([key_of("spam")]) is not None
    assert any("made again" in warning for warning in store.warnings)


def test_a_file_that_cannot_be_used_is_said_and_nothing_is_known(tmp_path: Path) -> None:
    place = tmp_path / "state"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    store = BayesStore(str(place / "bayes.sqlite"))
    assert store.known([1]) is None and store.teach(lessons(1, 1), NOW) is None
    assert "is not used" in store.warnings[0]


def test_each_message_is_judged_before_it_is_learnt(store: BayesStore) -> None:
    store.teach(lessons(1, 60), NOW)
    store.teach([lesson(100, True), replace(lesson(101, True), is_spam=False)], NOW)
    status = store.status()
    assert status is not None
    trials = dict(status.trials)
    assert trials["tried spam"] + trials["tried ham"] == 22 and trials["wrong spam"] == 0
    assert trials["wrong ham"] == 1, "what looks like spam was said to be ham"
