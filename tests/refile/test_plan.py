"""What is planned for messages: batch by batch, and for those who watch."""

from __future__ import annotations

import os

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.message.message import Message
from maildrop_py.refile import refiler
from maildrop_py.refile.options import RefileOptions
from maildrop_py.refile.step import identity_of
from tests.support.maildirs import FiledMaildir, doing, to


@pytest.fixture(autouse=True)
def _batches_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refiler, "BATCH", 1)


@pytest.mark.parametrize("limit", ["4C", "68S"])
def test_copies_of_an_earlier_batch_are_counted_once(filed: FiledMaildir, limit: str) -> None:
    (filed.root / "maildirsize").write_text(f"{limit}\n34 2\n")
    for name in ("1", "2"):
        filed.put(f"cur/{name},S=17:2,S")
    assert not filed.refile(doing(Filing("A"), Filing("INBOX")))
    assert len(filed.files()[".A/cur"]) == 2


def test_keyword_letters_are_read_again_for_each_batch(filed: FiledMaildir) -> None:
    """An IMAP server may write the folder's list anew between two batches."""
    (filed.root / "dovecot-keywords").write_text("0 $Work\n")
    for name in ("1", "2"):
        filed.put(f"cur/{name},S=17:2,a")
    letters = filed.root / ".A/dovecot-keywords"

    def decide(message: Message) -> Decision:
        if letters.exists():
            assert letters.read_text() == "0 $Work\n"
            letters.write_text("0 $Other\n")
        return to("A")

    assert not filed.refile(decide)
    assert letters.read_text() == "0 $Other\n1 $Work\n"
    assert sorted(name[-1] for name in filed.files()[".A/cur"]) == ["a", "b"]


@pytest.mark.parametrize("headers", [(), (("X-Good", "yes"),)])
@pytest.mark.parametrize(("folder", "at"), [("A", ".A/cur"), ("INBOX", "cur")])
@pytest.mark.parametrize("keep", [True, False])
def test_the_journal_knows_the_files_of_a_watcher_and_of_nobody_else(
    filed: FiledMaildir, keep: bool, folder: str, at: str, headers: tuple[tuple[str, str], ...]
) -> None:
    """A watcher must know its own moves again, and only those into another folder."""
    filed.put("cur/b,S=17:2,S")
    options = RefileOptions(keep_identity=keep)
    assert not filed.refile(to(folder, "F", add_headers=headers), options=options)
    (step,) = [line for line in filed.lines() if "do" in line]
    wanted = keep and folder == "A"
    assert step.get("id") == (list(identity_of(str(filed.only(at)))) if wanted else None)


def test_a_message_in_several_folders_stays_in_its_own_whatever_the_order(
    filed: FiledMaildir,
) -> None:
    filed.put("cur/b,S=17:2,S")
    for names in (("INBOX", "A"), ("A", "INBOX", "B")):
        assert not filed.refile(doing(*map(Filing, names)))
    assert filed.files()["cur"] == ["b,S=17:2,S"]
    assert set(filed.files()) == {"cur", ".A/cur", ".B/cur"}
    assert len({os.stat(path).st_ino for path in filed.root.rglob("cur/*")}) == 1
