"""Undo: everything back where it was, and what has changed since is said and kept."""

from __future__ import annotations

import errno
import os

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir import exclusive_rename
from maildrop_py.message.message import Message
from maildrop_py.refile import undo
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.options import RefileOptions
from maildrop_py.refile.undo import Undone
from tests.support.maildirs import FiledMaildir, doing, tails, to

MAIL = b"Subject: x\n\nbody\n"


def outcomes(undone: list[Undone]) -> list[str]:
    return [one.outcome for one in undone]


@pytest.mark.parametrize(
    "name", ["new/b,S=17,W=20", "cur/b,S=17:2,S", "cur/b,S=17:2,", "cur/b,S=17:2,RS,x", "cur/b:1,x"]
)
@pytest.mark.parametrize("decision", [to("A"), to("A/B", "FS", "$Work"), to("INBOX", "FS")])
def test_a_message_comes_back_as_it_was(filed: FiledMaildir, name: str, decision: Decision) -> None:
    filed.put(name)
    filed.refile(decision)
    outcome = outcomes(filed.undo())
    assert outcome in ([], ["back"])
    (path,) = (filed.root / path / name for path, names in filed.files().items() for name in names)
    assert f"{path.parent.name}/{tails([path.name])[0]}" == f"{name[:3]}/{tails([name[4:]])[0]}"
    assert path.read_bytes() == MAIL
    assert path.stat().st_mtime == 1_000_000_000


def test_in_its_old_folder_a_message_gets_a_new_unique_name(filed: FiledMaildir) -> None:
    """Dovecot has seen the old one there, and would complain."""
    filed.put("cur/b,S=17:2,S")
    filed.refile(to("A"))
    filed.undo()
    assert not filed.only("cur").name.startswith("b,")


def test_flags_changed_since_are_kept_and_reported(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,RS")
    filed.refile(to("A", "FS"))
    new = filed.only(".A/cur")
    new.rename(str(new).replace(":2,FRS", ":2,FPT"))  # R and S taken away, P and T set
    (undone,) = filed.undo()
    assert undone.outcome == "changed"
    assert "flags have changed" in undone.why
    assert tails(filed.files()["cur"]) == [",S=17:2,PT"]


def test_a_message_read_since_does_not_become_new_again(filed: FiledMaildir) -> None:
    filed.put("new/b,S=17")
    filed.refile(to("A"))
    new = filed.only(".A/new")
    new.rename(filed.root / ".A/cur" / f"{new.name}:2,")
    assert outcomes(filed.undo()) == ["back"]
    assert tails(filed.files()["cur"]) == [",S=17:2,"]


def test_keywords_set_since_are_put_back_by_name(filed: FiledMaildir) -> None:
    (filed.root / "dovecot-keywords").write_text("0 $Work\n")
    filed.put("cur/b,S=17:2,a")
    filed.refile(to("A", "", "$Junk"))
    folder = filed.root / ".A"
    assert (folder / "dovecot-keywords").read_text() == "0 $Work\n1 $Junk\n"
    (folder / "dovecot-keywords").write_text("0 $Work\n1 $Junk\n2 later\n")
    new = filed.only(".A/cur")
    new.rename(str(new).replace(":2,ab", ":2,abc"))
    assert outcomes(filed.undo()) == ["changed"]
    assert (filed.root / "dovecot-keywords").read_text() == "0 $Work\n1 later\n"
    assert tails(filed.files()["cur"]) == [",S=17:2,ab"]


def test_what_has_gone_is_reported_and_the_rest_comes_back(filed: FiledMaildir) -> None:
    filed.put("cur/1,S=17:2,S", b"Subject: 1\n\n")
    filed.put("cur/2,S=17:2,S", b"Subject: 2\n\n")
    filed.refile(to("A"))
    gone = next(path for path in (filed.root / ".A/cur").iterdir() if b"1" in path.read_bytes())
    gone.unlink()
    assert sorted(outcomes(filed.undo())) == ["back", "gone"]
    assert filed.only("cur").read_bytes() == b"Subject: 2\n\n"


def test_a_second_undo_finds_nothing_left(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.refile(to("A"))
    (past,) = filed.runs()
    assert outcomes(filed.undo(past)) == ["back"]
    assert filed.undo(past) == []


def test_chosen_moves_come_back_and_the_others_can_later(filed: FiledMaildir) -> None:
    for number in range(4):
        filed.put(f"cur/{number},S=17:2,S")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("A" if os.path.basename(message.file.path)[0] in "01" else "B")

    filed.refile(decide)
    (past,) = filed.runs()
    assert len(filed.undo(past, lambda line: str(line["to"]).startswith(".B/"))) == 2
    assert {place: len(names) for place, names in filed.files().items()} == {".A/cur": 2, "cur": 2}
    assert len(filed.undo(past)) == 2
    assert list(filed.files()) == ["cur"]


def test_an_undo_can_be_undone(filed: FiledMaildir) -> None:
    filed.put("new/b,S=17")
    filed.refile(to("A", "S"))
    filed.undo()
    assert outcomes(filed.undo()) == ["back"]
    assert {place: tails(names) for place, names in filed.files().items()} == {
        ".A/cur": [",S=17:2,S"]
    }


def test_copies_are_removed_as_long_as_they_are_copies(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.refile(doing(Filing("A"), Filing("B"), Filing("INBOX")))
    assert outcomes(filed.undo()) == ["back", "back"]
    assert filed.files() == {"cur": ["b,S=17:2,S"]}


def test_the_last_copy_of_a_message_stays(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.refile(doing(Filing("A"), Filing("B"), Filing("INBOX")))
    (filed.root / "cur/b,S=17:2,S").unlink()
    undone = filed.undo()
    assert outcomes(undone) == ["impossible", "back"]
    assert "only one" in undone[0].why
    assert list(filed.files()) == [".B/cur"]


def test_changed_headers_become_what_they_were(filed: FiledMaildir) -> None:
    mail = b"Received: x\nX-Bad: \xff\n 1\nSubject: x\n\nbody\n"
    filed.put(f"cur/b,S={len(mail)},W={len(mail) + 6}:2,S", mail)
    filed.refile(to("A", add_headers=(("X-Good", "yes"),), remove_headers=("X-Bad",)))
    assert filed.only(".A/cur").read_bytes() == b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"
    assert outcomes(filed.undo()) == ["back"]
    back = filed.only("cur")
    assert back.read_bytes() == mail
    assert tails([back.name]) == [f",S={len(mail)},W={len(mail) + 6}:2,S"]
    assert back.stat().st_mtime == 1_000_000_000
    assert not filed.leftovers()
    assert outcomes(filed.undo()) == ["back"]  # of the undo
    assert filed.only(".A/cur").read_bytes() == b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"


def test_what_was_deleted_is_reported_to_be_lost(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.refile(doing(), options=RefileOptions(discard="delete"))
    (undone,) = filed.undo()
    assert (undone.outcome, undone.why) == ("impossible", "was deleted for good")


def test_a_folder_that_is_gone_is_made_again(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S", folder=".Old")
    filed.refile(to("A"), "Old")
    for part in ("cur", "new", "tmp"):
        (filed.root / ".Old" / part).rmdir()
    (filed.root / ".Old").rmdir()
    assert outcomes(filed.undo()) == ["back"]
    assert list(filed.files()) == [".Old/cur"]
    assert {path.stat().st_mode & 0o777 for path in (filed.root / ".Old").iterdir()} == {0o700}


def test_what_goes_while_it_is_put_back_is_gone_and_what_cannot_is_a_failure(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1", "2"):
        filed.put(f"cur/{name},S=17:2,S")
    filed.refile(to("A"))
    _, full = sorted((filed.root / ".A/cur").iterdir())
    rename = exclusive_rename.rename

    def failing(source: str, target: str) -> None:
        if source == str(full):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        os.unlink(source)
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(exclusive_rename, "rename", failing)
        gone, failed = filed.undo()
    assert (gone.outcome, failed.outcome) == ("gone", "failed")
    assert "No space left" in failed.why


def test_what_cannot_be_put_back_is_said_in_words(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S", folder=".Old")
    filed.refile(to("A", add_headers=(("X-Good", "yes"),)), "Old")
    changed = filed.only(".A/cur")
    changed.write_bytes(b"short")
    (undone,) = filed.undo()
    assert (undone.outcome, undone.why) == ("failed", f"{changed}: is not what was written")
    changed.unlink()
    changed.mkdir()
    (undone,) = filed.undo()
    assert (undone.outcome, undone.why) == ("failed", f"{changed}: Is a directory")


def test_an_undo_of_flags_is_a_change_of_flags(filed: FiledMaildir) -> None:
    """So that Dovecot's lock is taken, as for the change itself."""
    filed.put("cur/b,S=17:2,S")
    filed.refile(to("INBOX", "F"))
    assert outcomes(filed.undo()) == ["back"]
    assert [line["do"] for line in filed.lines() if "do" in line] == ["flag"]


def test_messages_are_looked_for_again_in_each_group(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on flagging messages."""
    monkeypatch.setattr(undo, "BATCH", 1)
    for name in ("1", "2", "3", "4"):
        filed.put(f"cur/{name},S=17:2,S")
    filed.refile(to("A"))
    reported: list[str] = []

    def report(undone: Undone) -> None:
        for path in (filed.root / ".A/cur").iterdir():
            path.rename(f"{path}{'FRT'[len(reported)]}")
        reported.append(undone.outcome)

    (past,) = filed.runs()
    journal = Journal(str(filed.journals), "undo", str(filed.root), {"undoes": past.name})
    undo.Undo(past, journal, filed.maildir.folder("Trash"), report).run(past.performed())
    journal.end()
    assert reported == ["back", "changed", "changed", "changed"]


def test_copies_are_counted_again_in_each_group(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "BATCH", 1)
    filed.put("cur/b,S=17:2,S")
    filed.refile(doing(Filing("A"), Filing("B"), Filing("C"), Filing("INBOX")))
    assert outcomes(filed.undo()) == ["back"] * 3


def test_file_names_that_are_not_utf_8_come_back(filed: FiledMaildir) -> None:
    odd = os.fsdecode(b"\xff\xe9,S=17,\xfe=1:2,S")
    filed.put(f"cur/{odd}")
    filed.refile(to("日本"))
    assert outcomes(filed.undo()) == ["back"]
    assert tails(filed.files()["cur"]) == [os.fsdecode(b",S=17,\xfe=1:2,S")]
