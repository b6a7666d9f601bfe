"""Many messages are taught in a few transactions, and scanners learn what was new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence.bayes import teacher
from maildrop_py.evidence.bayes.learning import ALREADY, FORGOTTEN, LEARNT
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.bayes.teacher import Teacher
from maildrop_py.message.message import Message
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import mail
from tests.support.scanners import Misbehaving

TAUGHT = b"SPAMD/1.1 0 EX_OK\r\nDidSet: local\r\n\r\n"
REFUSED = b"SPAMD/1.1 0 EX_OK\r\n\r\n"


@pytest.fixture
def bayes(tmp_path: Path) -> BayesStore:
    return BayesStore(f"{tmp_path}/state/bayes.sqlite")


@pytest.fixture
def spamd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Misbehaving]:
    server = Misbehaving(tmp_path / "spamd", getattr(request, "param", TAUGHT))
    yield server
    server.close()


def numbered(number: int) -> Message:
    return mail(f"From: a@b\nMessage-ID: <{number}@b>\nSubject: cheap pills {number}\n")


def spam(bayes: BayesStore) -> int:
    status = bayes.status()
    return 0 if status is None else status.totals.spam


def test_messages_are_taught_as_soon_as_there_are_enough(
    bayes: BayesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "AT_ONCE", 2)
    teaching = Teacher(bayes, Settings(), True, time)
    learnt = []
    for number in range(3):
        teaching.add(numbered(number))
        learnt.append(spam(bayes))
    assert learnt == [0, 2, 2]
    teaching.finish()
    teaching.finish()
    assert spam(bayes) == 3 and teaching.outcomes == {LEARNT: 3}


def test_scanners_are_taught_what_was_new(bayes: BayesStore, spamd: Misbehaving) -> None:
    settings = Settings(scanners=(("spamd", spamd.address, 0),))
    for is_spam, outcome, asked in ((True, LEARNT, 1), (True, ALREADY, 1), (None, FORGOTTEN, 2)):
        teaching = Teacher(bayes, settings, is_spam, time)
        teaching.add(numbered(1))
        teaching.finish()
        assert (teaching.outcomes, teaching.warnings) == ({outcome: 1}, [])
        assert spamd.asked == asked
    assert b"Message-class: spam" in spamd.received[0]


@pytest.mark.parametrize("spamd", [REFUSED], indirect=True)
def test_a_scanner_that_cannot_be_taught_is_asked_once(
    bayes: BayesStore, spamd: Misbehaving
) -> None:
    teaching = Teacher(bayes, Settings(scanners=(("spamd", spamd.address, 0),)), True, time)
    for number in range(3):
        teaching.add(numbered(number))
    teaching.finish()
    assert (spamd.asked, len(teaching.warnings), spam(bayes)) == (1, 1, 3)


def test_the_other_scanners_are_taught_all_the_same(
    bayes: BayesStore, spamd: Misbehaving, tmp_path: Path
) -> None:
    scanners = (("rspamd", f"unix:{tmp_path}/nobody", 0), ("spamd", spamd.address, 0))
    teaching = Teacher(bayes, Settings(scanners=scanners), True, time)
    for number in range(2):
        teaching.add(numbered(number))
    teaching.finish()
    assert (spamd.asked, len(teaching.warnings)) == (2, 1)
