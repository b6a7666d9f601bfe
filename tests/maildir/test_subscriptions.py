"""New folders are shown by mail readers that show subscribed folders only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.maildir import subscriptions
from maildrop_py.maildir.maildir import Maildir
from tests.support.delivering import MAIL, deliver


def subscribing(root: Path, layout: str = "maildir++") -> Maildir:
    return Maildir(str(root), layout, subscribe=True)


def file(root: Path, *folders: str, layout: str = "maildir++") -> None:
    maildir = subscribing(root, layout)
    deliver(root, MAIL, *(Filing(folder) for folder in folders), maildir=maildir)


@pytest.mark.parametrize(
    ("layout", "lines"),
    [
        ("maildir++", "Lists.foo\nLists.foo.bar\n&TxqLcA-\n"),
        ("fs", "Lists/foo\nLists/foo/bar\n&TxqLcA-\n"),
    ],
)
def test_a_new_folder_is_subscribed_by_its_name_on_disk(
    root: Path, layout: str, lines: str
) -> None:
    file(root, "INBOX", "Lists/foo", "Lists/foo/bar", "会議", layout=layout)
    assert (root / "subscriptions").read_text() == lines
    assert (root / "subscriptions").stat().st_mode & 0o777 == 0o600
    assert not (root / "courierimapsubscribed").exists()


def test_the_second_format_of_dovecot_is_kept(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "subscriptions").write_text("V\t2\n\nSent\nLists\tbar\n")
    file(root, "Lists/foo")
    assert (root / "subscriptions").read_text() == "V\t2\n\nSent\nLists\tbar\nLists\tfoo\n"


def test_courier_finds_it_where_courier_is_in_use(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "courierimapsubscribed").write_text("INBOX.Sent")
    file(root, "Lists/foo")
    assert (root / "courierimapsubscribed").read_text() == "INBOX.Sent\nINBOX.Lists.foo\n"


def test_a_folder_that_was_there_is_left_as_the_user_wants_it(root: Path) -> None:
    file(root, "A")
    (root / "subscriptions").write_text("")
    file(root, "A")
    (root / ".A/tmp").rmdir()
    file(root, "A")
    assert (root / "subscriptions").read_text() == ""


def test_nothing_is_written_twice_or_where_it_is_not_wanted(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "subscriptions").write_text("A\n")
    file(root, "A")
    deliver(root, MAIL, Filing("B"))
    assert (root / "subscriptions").read_text() == "A\n"


@pytest.mark.parametrize("kind", ["fifo", "link", "directory", "locked"])
def test_a_list_that_cannot_be_written_holds_up_nothing(
    root: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "LOCK_TIMEOUT", 0.1)
    root.mkdir(exist_ok=True)
    path, elsewhere = root / "subscriptions", tmp_path / "elsewhere"
    elsewhere.write_text("")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(elsewhere)
    elif kind == "directory":
        path.mkdir()
    else:
        (root / "subscriptions.lock").write_text("1:elsewhere")
    file(root, "A")
    assert len([*(root / ".A/new").iterdir()]) == 1
    assert elsewhere.read_text() == ""


def test_no_descriptor_stays_open(root: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    file(root, "A")
    file(root, "B")
    assert len(os.listdir("/proc/self/fd")) == before
