"""A message that another program is moving is left to it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.refile import batch, other_movers
from tests.support.maildirs import FiledMaildir, doing, to


@pytest.fixture
def filed(root: Path, monkeypatch: pytest.MonkeyPatch) -> FiledMaildir:
    monkeypatch.setattr(other_movers, "GRACE", 5.0)
    return FiledMaildir(root)


def linked(filed: FiledMaildir, path: Path) -> None:
    """The first half of a move as Dovecot makes it."""
    (filed.root / ".Theirs/cur").mkdir(parents=True)
    os.link(path, filed.root / ".Theirs/cur" / path.name)


def soon(act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(0.05, act)
    timer.start()
    return timer


def test_what_the_other_has_moved_in_the_end_is_gone(filed: FiledMaildir) -> None:
    path = filed.put("cur/1,S=17:2,S")
    filed.put("cur/2,S=17:2,S")
    linked(filed, path)
    timer = soon(path.unlink)
    assert "gone" in filed.refile(to("A"))["1,S=17:2,S"]
    timer.join()
    assert filed.files()[".Theirs/cur"] == ["1,S=17:2,S"]
    assert len(filed.files()[".A/cur"]) == 1
    assert next(iter(filed.runs()[0].performed()))[1]["from"] == "cur/2,S=17:2,S"


def test_a_message_that_was_renamed_too_is_left_to_the_other(filed: FiledMaildir) -> None:
    """A mail reader sees it in new/, takes it to cur/ and moves it on."""
    path = filed.put("new/1,S=17")
    seen = filed.root / "cur/1,S=17:2,"

    def see_and_link() -> None:
        path.rename(seen)
        linked(filed, seen)

    timer = threading.Timer(0.1, seen.unlink)
    timer.start()
    assert "gone" in str(filed.refile(to("A"), meanwhile=see_and_link))
    timer.join()
    assert list(filed.files()) == [".Theirs/cur"]


def test_what_the_other_has_given_up_is_moved(filed: FiledMaildir) -> None:
    path = filed.put("cur/1,S=17:2,S")
    linked(filed, path)
    timer = soon((filed.root / ".Theirs/cur" / path.name).unlink)
    assert not filed.refile(to("A"))
    timer.join()
    assert list(filed.files()) == [".A/cur"]


def test_a_message_that_others_go_on_flagging_is_found_each_time(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [filed.root / f"cur/1,S=17:2,{'DFRST'[:number]}" for number in range(6)]
    linked(filed, filed.put("cur/1,S=17:2,"))

    def flagged_again_and_again() -> Iterator[object]:
        for old, new in pairwise(names):
            yield old.rename(new)
        yield (filed.root / ".Theirs/cur/1,S=17:2,").unlink()

    rounds = flagged_again_and_again()
    monkeypatch.setattr(batch, "GRACE", 60.0)
    monkeypatch.setattr(time, "sleep", lambda seconds: next(rounds))
    assert not filed.refile(to("A"))
    assert [name[-8:] for name in filed.files()[".A/cur"]] == [":2,DFRST"]


def test_a_copy_is_waited_for_no_longer_than_the_grace(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_movers, "GRACE", 0.05)
    linked(filed, filed.put("cur/1,S=17:2,S"))
    assert not filed.refile(to("A"))
    assert sorted(filed.files()) == [".A/cur", ".Theirs/cur"]


def test_our_own_copies_are_not_waited_for(filed: FiledMaildir) -> None:
    filed.put("cur/1,S=17:2,S")
    assert not filed.refile(doing(Filing("A"), Filing("B")))
    assert sorted(filed.files()) == [".A/cur", ".B/cur"]


def test_an_old_copy_is_not_waited_for(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(filed, filed.put("cur/1,S=17:2,S"))
    now = time.time()
    monkeypatch.setattr("maildrop_py.refile.other_movers.time.time", lambda: now + 6)
    monkeypatch.setattr("maildrop_py.refile.other_movers.time.sleep", pytest.fail)
    assert not filed.refile(to("A"))
