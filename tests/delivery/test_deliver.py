"""Decisions carried out: all of it or, as far as can be, nothing."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.delivery import deliver as deliver_module
from maildrop_py.delivery.deliver import Delivery, sync_directories
from maildrop_py.delivery.deliver import deliver as carry_out
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import CommandFailed, DiskFull, StorageFailed
from maildrop_py.maildir import sync
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope
from tests.support.delivering import (
    LARGE,
    MAIL,
    NOBODY,
    deliver,
    feed,
    leftovers,
    only_file,
    visible,
)


def test_message_is_filed_byte_for_byte(root: Path) -> None:
    path = only_file(deliver(root, MAIL, Filing("Lists/x", "S")))
    assert path.read_bytes() == MAIL
    assert path.parent == root / ".Lists.x" / "cur" and path.name.endswith(":2,S")
    assert visible(root) == [path] and not leftovers(root)


def test_discarded_message_leaves_nothing(root: Path) -> None:
    maildir = Maildir(str(root))
    with Spool(maildir) as spool:
        receipt = carry_out(Decision(()), feed(spool, LARGE), maildir, NOBODY)
    assert receipt.paths == () and not visible(root) and not leftovers(root)


def test_copies_of_a_rejected_message_are_filed(root: Path) -> None:
    deliver(root, MAIL, Filing("Copies"), reject="go away")
    assert len(visible(root)) == 1 and not leftovers(root)


def test_what_came_back_in_a_loop_is_filed_instead_of_forwarded_again(root: Path) -> None:
    """Neither a bounce nor another turn: the message is here, and the log says why."""
    mail = b"Received: x\nDelivered-To: u@x\n" + MAIL
    receipt = deliver(root, mail, Forward("u@y.example"), envelope=Envelope(recipient="u@x"))
    assert only_file(receipt).parent == root / "new"
    assert "mail loop" in receipt.warnings[0]


def test_delivered_file_is_of_now_unless_a_time_is_given(root: Path) -> None:
    now = time.time()
    assert abs(only_file(deliver(root, MAIL)).stat().st_mtime - now) < 60
    assert only_file(deliver(root, MAIL, mtime=1e9)).stat().st_mtime == 1e9


def test_folder_that_cannot_exist_is_replaced_by_inbox_with_a_warning(root: Path) -> None:
    """Mail must not stay undelivered for a name that hostile mail has made."""
    receipt = deliver(root, MAIL, Filing("a/../../b", "S"))
    assert only_file(receipt).parent == root / "cur"
    assert "a/../../b" in receipt.warnings[0]


def test_two_copies_in_one_folder_are_two_messages(root: Path) -> None:
    receipt = deliver(root, MAIL, Filing("A", "S"), Filing("A"))
    assert len(set(receipt.paths)) == 2 and len(visible(root)) == 2


def test_copies_are_durable_before_any_is_visible(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def watched(name: str) -> None:
        call: Callable[..., object] = getattr(os, name)

        def record(*values: object, **named: object) -> object:
            events.append(name if name != "link" else f"link {values[1]}")
            return call(*values, **named)

        monkeypatch.setattr(os, name, record)

    deliver(root, MAIL, Filing("A"), Filing("B"))
    for name in ("write", "fsync", "link", "unlink"):
        watched(name)
    deliver(root, MAIL, Filing("A"), Filing("B"))
    kinds = [event.split("/")[-2] if "/" in event else event for event in events]
    assert kinds == [
        *("write", "tmp", "fsync"),  # one file, linked into the other folder's tmp/
        *("new", "new", "fsync", "fsync"),  # visible, then both directories
        *("unlink", "unlink"),
    ]


def failing(call: str, at: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The `at`-th call (from 1) of os.`call` fails."""
    real: Callable[..., object] = getattr(os, call)
    calls = 0

    def wrapped(*values: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(number, os.strerror(number))
        return real(*values, **named)

    monkeypatch.setattr(os, call, wrapped)


@pytest.mark.parametrize("data", [MAIL, LARGE])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link", "mkdir", "fchmod"])
def test_failed_call_leaves_nothing_and_a_second_try_succeeds(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str, at: int, number: int, data: bytes
) -> None:
    with monkeypatch.context() as patch:
        failing(call, at, number, patch)
        try:
            deliver(root, data, Filing("A"), Filing("B", "S"))
        except StorageFailed:
            assert number != errno.ENOSPC
        except DiskFull:
            assert number == errno.ENOSPC
        else:  # there were fewer such calls
            assert len(visible(root)) == 2
            return
    assert not visible(root) and not leftovers(root)
    deliver(root, data, Filing("A"), Filing("B", "S"))
    assert len(visible(root)) == 2


@pytest.mark.parametrize("at", range(1, 8))
def test_failing_unlink_of_tmp_does_not_undo_a_delivery(
    root: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    failing("unlink", at, errno.EIO, monkeypatch)
    deliver(root, MAIL, Filing("A"), Filing("B", "S"))
    assert len(visible(root)) == 2


def test_failed_command_leaves_nothing_filed(root: Path) -> None:
    with pytest.raises(CommandFailed):
        deliver(root, MAIL, Filing("INBOX"), Pipe(("false",)), Filing("A"))
    assert not visible(root) and not leftovers(root)


def test_commands_run_before_anything_is_visible(root: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = f"ls {root}/new > {seen}; cat >> {seen}"
    receipt = deliver(root, MAIL, Filing("INBOX"), Pipe(("sh", "-c", script)))
    assert seen.read_bytes() == MAIL
    assert receipt.commands == ("piped into sh",) and len(receipt.paths) == 1


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_command_alone_leaves_nothing_in_the_maildir(
    root: Path, tmp_path: Path, data: bytes
) -> None:
    seen = tmp_path / "seen"
    deliver(root, data, Pipe(("sh", "-c", f"cat > {seen}")), add_headers=(("X", "1"),))
    assert seen.read_bytes() == b"X: 1\n" + data
    assert not visible(root) and not leftovers(root)


@pytest.mark.parametrize(
    "address", ["", "a@b, c@d", "-oQ/tmp", "a b@c", "|prog", "a@b\nc", "<a@b>"]
)
def test_what_is_not_an_address_is_not_forwarded_to_but_filed(root: Path, address: str) -> None:
    receipt = deliver(root, MAIL, Forward(address))
    assert len(receipt.paths) == 1 and receipt.commands == ()
    assert "address" in receipt.warnings[0]


def test_group_of_messages_syncs_each_directory_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir, synced = Maildir(str(root)), []
    maildir.folder("INBOX").ensure()
    spools = [feed(Spool(maildir), MAIL + bytes([65 + n])) for n in range(5)]
    decision = Decision((Filing("INBOX"),))
    group = [Delivery(decision, spool, maildir, NOBODY) for spool in spools]
    for step in (Delivery.write, Delivery.sync_files, Delivery.run_programs, Delivery.publish):
        for delivery in group:
            step(delivery)
    monkeypatch.setattr(sync, "sync_directory", synced.append)
    sync_directories(group)
    receipts = [delivery.finish() for delivery in group]
    assert synced == [f"{root}/new"]
    assert [only_file(r).read_bytes()[-1:] for r in receipts] == [b"A", b"B", b"C", b"D", b"E"]
    assert not leftovers(root)


def test_one_of_a_group_can_be_taken_back_alone(root: Path) -> None:
    maildir = Maildir(str(root))
    decision = Decision((Filing("INBOX"),))
    group = [Delivery(decision, feed(Spool(maildir), MAIL), maildir, NOBODY) for _ in range(3)]
    for step in (Delivery.write, Delivery.sync_files, Delivery.publish):
        for delivery in group:
            step(delivery)
    group[1].undo()
    paths = {path for n in (0, 2) for path in group[n].finish().paths}
    assert {str(path) for path in visible(root)} == paths and not leftovers(root)


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_message_for_several_maildirs_is_written_once(
    root: Path, tmp_path: Path, data: bytes
) -> None:
    first, second = Maildir(str(root)), Maildir(str(tmp_path / "other"), create=True)
    decision = Decision((Filing("INBOX"),))
    with Spool(first) as spool:
        feed(spool, data)
        group = [Delivery(decision, spool, maildir, NOBODY) for maildir in (first, second)]
        for step in (Delivery.write, Delivery.sync_files, Delivery.publish):
            for delivery in group:
                step(delivery)
        paths = [only_file(delivery.finish()) for delivery in group]
    assert paths[0].stat().st_ino == paths[1].stat().st_ino
    assert not leftovers(root) and not leftovers(tmp_path)


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_second_maildir_gets_its_copy_when_the_first_is_done_or_undone(
    root: Path, tmp_path: Path, data: bytes
) -> None:
    second = Maildir(str(tmp_path / "other"), create=True)
    decision = Decision((Filing("INBOX"),))
    with Spool(Maildir(str(root))) as spool:
        feed(spool, data)
        undone = Delivery(decision, spool, spool.maildir, NOBODY)
        undone.write()
        undone.undo()
        carry_out(decision, spool, spool.maildir, NOBODY)
        carry_out(decision, spool, second, Envelope(recipient="u"))
    (mine,), (theirs,) = visible(root), visible(tmp_path / "other")
    assert mine.read_bytes() == data and theirs.read_bytes() == b"Delivered-To: u\n" + data


def test_garbage_in_tmp_is_swept_now_and_then(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from maildrop_py.maildir import sweep as sweep_module

    monkeypatch.setattr(deliver_module, "_SWEEP_ODDS", 1)
    monkeypatch.setattr(sweep_module, "GARBAGE_AGE", -1000)
    (root / ".A" / "tmp").mkdir(parents=True)
    for folder in (root / "tmp", root / ".A" / "tmp"):
        folder.mkdir(exist_ok=True)
        (folder / "old").write_text("x")
    deliver(root, MAIL, Filing("A"))
    assert not leftovers(root)
