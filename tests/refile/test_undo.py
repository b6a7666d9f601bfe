"""Undo: everything back where it was, and what has changed since is said and kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.message.message import Message
from maildrop_py.refile.options import RefileOptions
from maildrop_py.refile.undo import Undone
from tests.support.maildirs import Box, doing, tails, to

MAIL = b"Subject: x\n\nbody\n"


@pytest.fixture
def box(root: Path) -> Box:
    return Box(root)


def outcomes(undone: list[Undone]) -> list[str]:
    return [one.outcome for one in undone]


@pytest.mark.parametrize(
    "name", ["new/b,S=17,W=20", "cur/b,S=17:2,S", "cur/b,S=17:2,", "cur/b,S=17:2,RS,x", "cur/b:1,x"]
)
@pytest.mark.parametrize("decision", [to("A"), to("A/B", "FS", "$Work"), to("INBOX", "FS")])
def test_a_message_comes_back_as_it_was(box: Box, name: str, decision: Decision) -> None:
    box.put(name)
    box.refile(decision)
    outcome = outcomes(box.undo())
    assert outcome in ([], ["back"])
    (path,) = (box.root / path / name for path, names in box.files().items() for name in names)
    assert f"{path.parent.name}/{tails([path.name])[0]}" == f"{name[:3]}/{tails([name[4:]])[0]}"
    assert path.read_bytes() == MAIL
    assert path.stat().st_mtime == 1_000_000_000


def test_in_its_old_folder_a_message_gets_a_new_unique_name(box: Box) -> None:
    """Dovecot has seen the old one there, and would complain."""
    box.put("cur/b,S=17:2,S")
    box.refile(to("A"))
    box.undo()
    assert not box.only("cur").name.startswith("b,")


def test_flags_changed_since_are_kept_and_said(box: Box) -> None:
    box.put("cur/b,S=17:2,RS")
    box.refile(to("A", "FS"))
    new = box.only(".A/cur")
    new.rename(str(new).replace(":2,FRS", ":2,FPT"))  # R and S taken away, P and T set
    (undone,) = box.undo()
    assert undone.outcome == "changed"
    assert "flags have changed" in undone.why
    assert tails(box.files()["cur"]) == [",S=17:2,PT"]


def test_a_message_read_since_does_not_become_new_again(box: Box) -> None:
    box.put("new/b,S=17")
    box.refile(to("A"))
    new = box.only(".A/new")
    new.rename(box.root / ".A/cur" / f"{new.name}:2,")
    assert outcomes(box.undo()) == ["back"]
    assert tails(box.files()["cur"]) == [",S=17:2,"]


def test_keywords_set_since_are_carried_back_by_name(box: Box) -> None:
    (box.root / "dovecot-keywords").write_text("0 $Work\n")
    box.put("cur/b,S=17:2,a")
    box.refile(to("A", "", "$Junk"))
    folder = box.root / ".A"
    assert (folder / "dovecot-keywords").read_text() == "0 $Work\n1 $Junk\n"
    (folder / "dovecot-keywords").write_text("0 $Work\n1 $Junk\n2 later\n")
    new = box.only(".A/cur")
    new.rename(str(new).replace(":2,ab", ":2,abc"))
    assert outcomes(box.undo()) == ["changed"]
    assert (box.root / "dovecot-keywords").read_text() == "0 $Work\n1 later\n"
    assert tails(box.files()["cur"]) == [",S=17:2,ab"]


def test_what_has_gone_is_said_and_the_rest_comes_back(box: Box) -> None:
    box.put("cur/1,S=17:2,S", b"Subject: 1\n\n")
    box.put("cur/2,S=17:2,S", b"Subject: 2\n\n")
    box.refile(to("A"))
    gone = next(path for path in (box.root / ".A/cur").iterdir() if b"1" in path.read_bytes())
    gone.unlink()
    assert sorted(outcomes(box.undo())) == ["back", "gone"]
    assert box.only("cur").read_bytes() == b"Subject: 2\n\n"


def test_a_second_undo_finds_nothing_left(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(to("A"))
    (past,) = box.runs()
    assert outcomes(box.undo(past)) == ["back"]
    assert box.undo(past) == []


def test_chosen_moves_come_back_and_the_others_can_later(box: Box) -> None:
    for number in range(4):
        box.put(f"cur/{number},S=17:2,S")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("A" if os.path.basename(message.file.path)[0] in "01" else "B")

    box.refile(decide)
    (past,) = box.runs()
    assert len(box.undo(past, lambda line: str(line["to"]).startswith(".B/"))) == 2
    assert {place: len(names) for place, names in box.files().items()} == {".A/cur": 2, "cur": 2}
    assert len(box.undo(past)) == 2
    assert list(box.files()) == ["cur"]


def test_an_undo_can_be_undone(box: Box) -> None:
    box.put("new/b,S=17")
    box.refile(to("A", "S"))
    box.undo()
    assert outcomes(box.undo()) == ["back"]
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,S"]
    }


def test_copies_are_removed_as_long_as_they_are_copies(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(doing(Filing("A"), Filing("B"), Filing("INBOX")))
    assert outcomes(box.undo()) == ["back", "back"]
    assert box.files() == {"cur": ["b,S=17:2,S"]}


def test_the_last_copy_of_a_message_stays(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(doing(Filing("A"), Filing("B"), Filing("INBOX")))
    (box.root / "cur/b,S=17:2,S").unlink()
    undone = box.undo()
    assert outcomes(undone) == ["impossible", "back"]
    assert "only one" in undone[0].why
    assert list(box.files()) == [".B/cur"]


def test_changed_headers_become_what_they_were(box: Box) -> None:
    mail = b"Received: x\nX-Bad: \xff\n 1\nSubject: x\n\nbody\n"
    box.put(f"cur/b,S={len(mail)},W={len(mail) + 6}:2,S", mail)
    box.refile(to("A", add_headers=(("X-Good", "yes"),), remove_headers=("X-Bad",)))
    assert box.only(".A/cur").read_bytes() == b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"
    assert outcomes(box.undo()) == ["back"]
    back = box.only("cur")
    assert back.read_bytes() == mail
    assert tails([back.name]) == [f",S={len(mail)},W={len(mail) + 6}:2,S"]
    assert back.stat().st_mtime == 1_000_000_000
    assert not box.leftovers()
    assert outcomes(box.undo()) == ["back"]  # of the undo
    assert box.only(".A/cur").read_bytes() == b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"


def test_what_was_deleted_is_said_to_be_lost(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(doing(), options=RefileOptions(discard="delete"))
    (undone,) = box.undo()
    assert (undone.outcome, undone.why) == ("impossible", "was deleted for good")


def test_a_folder_that_is_gone_is_made_again(box: Box) -> None:
    box.put("cur/b,S=17:2,S", folder=".Old")
    box.refile(to("A"), "Old")
    for part in ("cur", "new", "tmp"):
        (box.root / ".Old" / part).rmdir()
    (box.root / ".Old").rmdir()
    assert outcomes(box.undo()) == ["back"]
    assert list(box.files()) == [".Old/cur"]


def test_file_names_that_are_not_utf_8_come_back(box: Box) -> None:
    odd = os.fsdecode(b"\xff\xe9,S=17,\xfe=1:2,S")
    box.put(f"cur/{odd}")
    box.refile(to("日本"))
    assert outcomes(box.undo()) == ["back"]
    assert tails(box.files()["cur"]) == [os.fsdecode(b",S=17,\xfe=1:2,S")]
