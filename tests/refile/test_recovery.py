"""What a killed run left in doubt: settled by what is there, and nothing is ever lost by it."""

from __future__ import annotations

import os
from binascii import b2a_base64
from pathlib import Path

import pytest

from maildrop_py.refile.journal import Journal
from maildrop_py.refile.recovery import Settled
from tests.support.maildirs import FiledMaildir

MAIL = b"Subject: x\n\nbody\n"
OLD, NEW = "cur/b,S=17:2,S", ".A/cur/n,S=17:2,S"
MOVE: dict[str, object] = {"do": "move", "from": OLD, "to": NEW, "rule": None}
HEAD = b"Subject: x\n"
NEW_HEAD = b"X-Seen: yes\nSubject: x\n"
REWRITE = MOVE | {
    "do": "rewrite",
    "head": b2a_base64(HEAD, newline=False).decode(),
    "skip": len(NEW_HEAD),
}
FLAG = {"do": "flag", "from": "cur/b,S=17:2,RS", "to": "cur/b,S=17:2,FS", "rule": None}


def killed(filed: FiledMaildir, *lines: dict[str, object]) -> Journal:
    """The journal of a run that was killed behind these lines."""
    journal = Journal(str(filed.journals), "refile", str(filed.root), {})
    for line in lines:
        journal.add(**line)
    journal.sync()
    journal.close()
    return journal


def settle(filed: FiledMaildir, *lines: dict[str, object]) -> tuple[int, list[str]]:
    """How many steps were finished, and what the journal says was done."""
    name = killed(filed, *lines).name
    (settled,) = filed.recover()
    assert settled == Settled(name, len(lines), settled.finished)
    (run,) = filed.runs()
    assert run.ended() and run.in_doubt() == [] and filed.recover() == []
    return settled.finished, [line["do"] for _, line in run.performed()]


def test_a_message_that_has_the_new_name_alone_was_moved(filed: FiledMaildir) -> None:
    filed.put("cur/n,S=17:2,S", folder=".A")
    assert settle(filed, MOVE) == (0, ["move"])
    assert filed.files() == {".A/cur": ["n,S=17:2,S"]}


@pytest.mark.parametrize("name", [OLD, "cur/b,S=17:2,FS", "new/b,S=17"])
def test_a_message_that_has_its_old_name_was_not_moved(filed: FiledMaildir, name: str) -> None:
    """However it is flagged by now."""
    filed.put(name)
    assert settle(filed, MOVE) == (0, [])
    assert len(filed.files()) == 1


def test_a_message_that_is_nowhere_was_not_moved_by_us(filed: FiledMaildir) -> None:
    assert settle(filed, MOVE) == (0, [])
    assert filed.warnings == []


@pytest.mark.parametrize("linked", [True, False])
def test_a_message_in_both_places_stays_in_the_new_one(filed: FiledMaildir, linked: bool) -> None:
    old = filed.put(OLD)
    new = filed.put("cur/n,S=17:2,S", folder=".A")
    if linked:
        new.unlink()
        os.link(old, new)
    assert settle(filed, MOVE) == (1, ["move"])
    assert filed.files() == {".A/cur": ["n,S=17:2,S"]} and filed.warnings == []


def test_flags_that_came_since_go_along(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,F")
    filed.put("new/n,S=17", folder=".A")
    assert settle(filed, MOVE | {"from": "new/b,S=17", "to": ".A/new/n,S=17"}) == (1, ["move"])
    assert filed.files() == {".A/cur": ["n,S=17:2,F"]}


def test_two_that_differ_both_stay_and_that_is_said(filed: FiledMaildir) -> None:
    filed.put(OLD)
    filed.put("cur/n,S=17:2,S", b"Subject: y\n\nbody\n", folder=".A")
    assert settle(filed, MOVE) == (0, ["move"])
    assert set(filed.files()) == {"cur", ".A/cur"}
    assert filed.warnings == [f"{OLD} and {NEW} both stay, because they differ"]


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (MAIL, NEW_HEAD + MAIL[len(HEAD) :], {".A/cur"}),
        (MAIL, MAIL, {"cur", ".A/cur"}),
        (b"Subject: z\n\nbody\n", NEW_HEAD + MAIL[len(HEAD) :], {"cur", ".A/cur"}),
        (MAIL, NEW_HEAD + b"\nBODY\n", {"cur", ".A/cur"}),
    ],
    ids=["as written", "without the new head", "another old head", "another body"],
)
def test_the_old_head_goes_if_the_rest_is_the_same(
    filed: FiledMaildir, old: bytes, new: bytes, left: set[str]
) -> None:
    filed.put(OLD, old)
    filed.put("cur/n,S=17:2,S", new, folder=".A")
    finished, _ = settle(filed, REWRITE)
    assert (set(filed.files()), finished) == (left, len(left) == 1)


def test_of_a_copy_both_names_stay(filed: FiledMaildir) -> None:
    filed.put(OLD)
    filed.put("cur/n,S=17:2,S", folder=".A")
    assert settle(filed, MOVE | {"do": "copy"}) == (0, ["copy"])
    assert set(filed.files()) == {"cur", ".A/cur"}


@pytest.mark.parametrize(("there", "done"), [(False, ["delete"]), (True, [])])
def test_a_message_that_is_gone_was_deleted(
    filed: FiledMaildir, there: bool, done: list[str]
) -> None:
    if there:
        filed.put(OLD)
    assert settle(filed, {"do": "delete", "from": OLD, "to": ""}) == (0, done)
    assert len(filed.files()) == there


@pytest.mark.parametrize(
    ("flags", "done"), [("FS", True), ("FST", True), ("RS", False), ("FRS", False), ("S", False)]
)
def test_flags_tell_whether_they_were_changed(filed: FiledMaildir, flags: str, done: bool) -> None:
    filed.put(f"cur/b,S=17:2,{flags}")
    assert settle(filed, FLAG) == (0, ["flag"] if done else [])
    assert filed.files() == {"cur": [f"b,S=17:2,{flags}"]}


def test_a_program_in_the_journal_was_run(filed: FiledMaildir) -> None:
    assert settle(filed, {"do": "ran", "message": "<1@a>", "what": "cat"}) == (0, ["ran"])


def test_each_line_is_settled_by_itself(filed: FiledMaildir) -> None:
    filed.put("cur/n,S=17:2,S", folder=".A")
    moved = MOVE | {"from": "cur/c,S=17:2,S", "to": ".A/cur/m,S=17:2,S"}
    filed.put("cur/c,S=17:2,S")
    assert settle(filed, moved, MOVE, {"do": "ran"}) == (0, ["move", "ran"])


def test_a_run_that_goes_on_or_is_of_another_maildir_is_left_alone(
    filed: FiledMaildir, tmp_path: Path
) -> None:
    filed.put(OLD)
    alive = Journal(str(filed.journals), "watch", str(filed.root), {})
    alive.add(**MOVE)
    alive.sync()
    other = FiledMaildir(tmp_path / "other")
    assert other.journals == filed.journals
    killed(other, MOVE)
    assert filed.recover() == []
    assert [run.ended() for run in filed.runs()] == [False, False]
    alive.close()
