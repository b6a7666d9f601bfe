"""The Maildir++ quota: respected where the file exists, kept up, counted again when in doubt."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.delivery.deliver import Delivery
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import OverQuota
from maildrop_py.maildir.maildir import Maildir
from tests.support.delivering import MAIL, NOBODY, deliver, feed, leftovers, visible

SIZE = len(MAIL)


def quota(root: Path, text: str, age: float = 0) -> Path:
    path = root / "maildirsize"
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_what_is_delivered_is_added(root: Path) -> None:
    path = quota(root, "1000000S,100C\n500 5\n")
    deliver(root, MAIL, Filing("INBOX"), Filing("A"))
    assert path.read_text() == f"1000000S,100C\n500 5\n{2 * SIZE} 2\n"


@pytest.mark.parametrize(
    "text", ["1000S\n990 1\n", "5C\n1 5\n", "1000S,5C\n1 4\n0 1\n", "1000S\n2000 9\n-1005 -8\n"]
)
def test_used_up_quota_defers(root: Path, text: str) -> None:
    path = quota(root, text)
    with pytest.raises(OverQuota):
        deliver(root, MAIL)
    assert not visible(root) and not leftovers(root)
    assert path.read_text() == text


@pytest.mark.parametrize(
    "text", ["", "0S,0C\n", "garbage\nmore garbage\n", "S\n", "1000S\n900 1\n"]
)
def test_other_files_limit_nothing(root: Path, text: str) -> None:
    quota(root, text)
    deliver(root, MAIL)
    assert len(visible(root)) == 1


def test_trash_does_not_count(root: Path) -> None:
    path = quota(root, "10S\n10 1\n")
    deliver(root, MAIL, Filing("Trash"))
    assert path.read_text() == "10S\n10 1\n"


def test_old_file_is_counted_again_before_mail_is_deferred(root: Path) -> None:
    deliver(root, MAIL)
    deliver(root, MAIL, Filing("A", "S"))
    deliver(root, MAIL, Filing("Trash"))
    path = quota(root, "1000S\n5000 70\n", age=3600)
    deliver(root, MAIL)
    assert path.read_text() == f"1000S\n{2 * SIZE} 2\n{SIZE} 1\n"


def test_count_that_confirms_the_quota_defers(root: Path) -> None:
    deliver(root, MAIL)
    path = quota(root, f"{SIZE}S\n5000 70\n", age=3600)
    with pytest.raises(OverQuota):
        deliver(root, MAIL)
    assert path.read_text() == f"{SIZE}S\n{SIZE} 1\n"


def test_unreadable_file_limits_nothing(root: Path) -> None:
    (root / "maildirsize").mkdir()
    deliver(root, MAIL)
    assert len(visible(root)) == 1


@pytest.mark.parametrize("limit", ["10C", f"{10 * SIZE}S"])
def test_messages_that_are_delivered_together_cannot_go_over_it_together(
    root: Path, limit: str
) -> None:
    """A group commit writes all of them before the first is finished."""
    path, maildir = quota(root, f"{limit}\n"), Maildir(str(root))
    group, refused = [], 0
    for _ in range(16):
        spool = feed(Spool(maildir), MAIL)
        delivery = Delivery(Decision((Filing("INBOX"),)), spool, maildir, NOBODY)
        try:
            delivery.write()
        except OverQuota:
            delivery.undo()
            refused += 1
        else:
            group.append(delivery)
    for step in (Delivery.sync_files, Delivery.publish, Delivery.finish):
        for delivery in group:
            step(delivery)
    assert len(visible(root)) == 10 and refused == 6
    assert path.read_text() == f"{limit}\n" + f"{SIZE} 1\n" * 10


def test_what_is_not_delivered_is_taken_back(root: Path) -> None:
    path, maildir = quota(root, "1000000S\n"), Maildir(str(root))
    with Spool(maildir) as spool:
        delivery = Delivery(Decision((Filing("INBOX"),)), feed(spool, MAIL), maildir, NOBODY)
        delivery.write()
        delivery.undo()
        delivery.undo()
    assert path.read_text() == f"1000000S\n{SIZE} 1\n-{SIZE} -1\n"


@pytest.mark.parametrize(
    "text", [f"{'9' * 5000}S\n", f"1000S\n{'9' * 5000} 1\n", f"1000S\n-{'9' * 5000} -1\n"]
)
def test_numbers_that_nobody_has_written_are_not_read(root: Path, text: str) -> None:
    quota(root, text)
    deliver(root, MAIL)
    assert len(visible(root)) == 1


def test_a_fifo_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "maildirsize")
    deliver(root, MAIL)
    assert len(visible(root)) == 1


def test_what_is_counted_again_are_the_messages_of_folders(root: Path) -> None:
    """By the size in the name, which is right for compressed mail too, or else on disk."""
    for path, size in (("cur/1:2,S", 30), (".A/new/2,S=100", 7), ("backup/cur/3,S=500", 500)):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(bytes(size))
    (root / ".file").write_text("not a folder")
    path = quota(root, "1000S\n5000 70\n", age=3600)
    deliver(root, MAIL)
    assert path.read_text() == f"1000S\n130 2\n{SIZE} 1\n"


def test_a_long_file_is_counted_again_before_mail_is_deferred(root: Path) -> None:
    path = quota(root, "1000S\n" + "100 1\n" * 1000)
    deliver(root, MAIL)
    assert path.read_text() == f"1000S\n0 0\n{SIZE} 1\n"
