"""move_teacher: learnt as people say, taken back when they move it back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from maildrop_py.evidence.bayes.move_teacher import MoveTeacher
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.store import Store
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import mail

HEAD = "From: ann@a.example\nMessage-ID: <1@a.example>\nSubject: cheap pills\n"


class Desk:
    def __init__(self, state: Path) -> None:
        self.bayes = BayesStore(f"{state}/bayes.sqlite")
        evidence = Store(f"{state}/evidence.sqlite")
        self.teacher = MoveTeacher(self.bayes, evidence, Settings(), time)

    def learnt(self) -> tuple[int, int]:
        status = self.bayes.status()
        assert status is not None
        return status.totals.spam, status.totals.ham


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state")


def test_into_junk_and_back_leaves_nothing(desk: Desk) -> None:
    assert desk.teacher.teach(mail(HEAD), True, True) == "learnt as spam"
    assert desk.learnt() == (1, 0)
    assert desk.teacher.teach(mail(HEAD), False, True) == "forgotten"
    assert desk.learnt() == (0, 0)


def test_out_of_junk_is_ham_where_no_move_put_it_there(desk: Desk) -> None:
    assert desk.teacher.teach(mail(HEAD), False, True) == "learnt as ham"
    assert desk.teacher.teach(mail(HEAD), True, True) == "forgotten"
    assert desk.teacher.teach(mail(HEAD), True, True) == "learnt as spam"


def test_a_keyword_is_a_statement_and_no_way_back(desk: Desk) -> None:
    desk.teacher.teach(mail(HEAD), True, True)
    assert desk.teacher.teach(mail(HEAD), False, False) == "corrected as ham"
    assert desk.learnt() == (0, 1)


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    desk.teacher.teach(mail(HEAD), True, False)
    assert desk.teacher.teach(mail(HEAD), True, True) == "already learnt as spam"
    assert desk.learnt() == (1, 0)
