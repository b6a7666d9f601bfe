"""A message that another program is moving is left to it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.refile import other_movers
from tests.support.maildirs import Box, doing, to


@pytest.fixture
def box(root: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setattr(other_movers, "GRACE", 5.0)
    return Box(root)


def linked(box: Box, path: Path) -> None:
    """The first half of a move as Dovecot makes it."""
    (box.root / ".Theirs/cur").mkdir(parents=True)
    os.link(path, box.root / ".Theirs/cur" / path.name)


def soon(act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(0.05, act)
    timer.start()
    return timer


def test_what_the_other_has_moved_in_the_end_is_gone(box: Box) -> None:
    path = box.put("cur/1,S=17:2,S")
    box.put("cur/2,S=17:2,S")
    linked(box, path)
    timer = soon(path.unlink)
    assert "gone" in box.refile(to("A"))["1,S=17:2,S"]
    timer.join()
    assert box.files()[".Theirs/cur"] == ["1,S=17:2,S"]
    assert len(box.files()[".A/cur"]) == 1
    assert next(iter(box.runs()[0].performed()))[1]["from"] == "cur/2,S=17:2,S"


def test_a_message_that_was_renamed_too_is_left_to_the_other(box: Box) -> None:
    """A mail reader sees it in new/, takes it to cur/ and moves it on."""
    path = box.put("new/1,S=17")
    seen = box.root / "cur/1,S=17:2,"

    def see_and_link() -> None:
        path.rename(seen)
        linked(box, seen)

    timer = threading.Timer(0.1, seen.unlink)
    timer.start()
    assert "gone" in str(box.refile(to("A"), meanwhile=see_and_link))
    timer.join()
    assert list(box.files()) == [".Theirs/cur"]


def test_what_the_other_has_given_up_is_moved(box: Box) -> None:
    path = box.put("cur/1,S=17:2,S")
    linked(box, path)
    timer = soon((box.root / ".Theirs/cur" / path.name).unlink)
    assert not box.refile(to("A"))
    timer.join()
    assert list(box.files()) == [".A/cur"]


def test_a_copy_is_waited_for_no_longer_than_the_grace(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_movers, "GRACE", 0.05)
    linked(box, box.put("cur/1,S=17:2,S"))
    assert not box.refile(to("A"))
    assert sorted(box.files()) == [".A/cur", ".Theirs/cur"]


def test_our_own_copies_are_not_waited_for(box: Box) -> None:
    box.put("cur/1,S=17:2,S")
    assert not box.refile(doing(Filing("A"), Filing("B")))
    assert sorted(box.files()) == [".A/cur", ".B/cur"]


def test_an_old_copy_is_not_waited_for(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(box, box.put("cur/1,S=17:2,S"))
    now = time.time()
    monkeypatch.setattr("maildrop_py.refile.other_movers.time.time", lambda: now + 6)
    monkeypatch.setattr("maildrop_py.refile.other_movers.time.sleep", pytest.fail)
    assert not box.refile(to("A"))
