"""Messages on their way in: every byte kept, in memory or in tmp/, sizes right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.decision.decision import Filing
from maildrop_py.delivery.spool import Edits, Spool, wire_size
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.tmp_file import TmpFile
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.extent import HEAD_LIMIT
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.support.delivering import LARGE, MAIL, deliver, feed, leftovers, only_file, visible

ODD = [
    b"",
    b"\n",
    b"no header",
    b"A: b",
    b"A: b\r\n\r\nCR LF\r\n",
    b"A: b\r\rbare CR\r",
    b"A: \0\xff\n\n\0\xff",
    b"From a@b Mon\nA: b\n\nbody\n",
    b"From: a\n\nFrom the body\n",
    b"From a@b Mon\n",
    b"A: b\n\nmixed\r\n\n\r\r\n",
]


@pytest.mark.parametrize("in_memory", [0, 3, 1 << 18])
@pytest.mark.parametrize("piece", [1, 7, 65536])
@pytest.mark.parametrize("data", ODD)
def test_bytes_and_sizes_are_kept(root: Path, data: bytes, piece: int, in_memory: int) -> None:
    """However the message comes in; only a `From ` line is taken off."""
    maildir = Maildir(str(root))
    expected = BytesSource(data) if in_memory > 3 else None
    with Spool(maildir, in_memory=in_memory) as spool:
        feed(spool, data, piece)
        assert spool.from_line + spool.content() == data
        assert spool.size == len(spool.content())
        if expected is not None:
            assert (spool.head(), spool.size) == (expected.head(), expected.size)
    assert not leftovers(root)


@given(data=st.binary(max_size=60), cut=st.integers(0, 60))
def test_wire_size_is_that_of_crlf_lines(data: bytes, cut: int) -> None:
    expected = len(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert wire_size(data) == expected
    first, second = data[:cut], data[cut:]
    assert wire_size(first) + wire_size(second, first[-1:]) == expected


@settings(deadline=None, max_examples=30)
@given(data=st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x: y"]), max_size=40).map(b"".join))
def test_sizes_in_the_name_are_those_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    root = tmp_path_factory.mktemp("Maildir")
    for in_memory in (0, 1 << 18):
        path = only_file(deliver(root, data, in_memory=in_memory))
        content = path.read_bytes()
        lines = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert path.name.endswith(f",S={len(content)},W={len(lines)}")


def test_pieces_become_one_message(root: Path) -> None:
    with Spool.of_pieces([b"A: b\n", b"\n", b"body"], Maildir(str(root))) as spool:
        assert (spool.head(), spool.content(), spool.size) == (b"A: b\n\n", b"A: b\n\nbody", 10)
    assert spool.content() == b"", "nothing is kept of it"


def test_a_message_as_long_as_memory_may_hold_stays_in_memory(root: Path) -> None:
    for length, files in ((len(MAIL), 0), (len(MAIL) - 1, 1)):
        with Spool(Maildir(str(root)), in_memory=length) as spool:
            feed(spool, MAIL)
            assert len(leftovers(root)) == files


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_copies_with_other_edits_are_other_files(root: Path, data: bytes) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    first, second = data.find(b"Subject"), data.find(b"\n\n") + 1
    copies: list[TmpFile] = []
    edits = [Edits(b"X: 1\n"), Edits(b"X: 1\n", ((first, second),)), Edits(b"", ((first, second),))]
    with Spool(Maildir(str(root))) as spool:
        feed(spool, data)
        for each in edits:
            spool.write_copy(folder, each, copies)
        cut = data[:first] + data[second:]
        found = [Path(copy.path).read_bytes() for copy in copies]
        assert found == [b"X: 1\n" + data, b"X: 1\n" + cut, cut]
        for copy in copies:
            copy.discard()


def test_small_message_stays_off_the_disk_until_a_copy_is_written(root: Path) -> None:
    with Spool(Maildir(str(root))) as spool:
        feed(spool, MAIL)
        assert not leftovers(root)


def test_large_message_goes_into_tmp_as_it_comes(root: Path) -> None:
    with Spool(Maildir(str(root))) as spool:
        for start in range(0, len(LARGE), 65536):
            spool.write(LARGE[start : start + 65536])
        (path,) = leftovers(root)
        assert path.read_bytes() == LARGE
        assert spool.finish().head() == MAIL[:-5]
    assert not leftovers(root)


@pytest.mark.parametrize("piece", [1000, 65536, 10_000_000])
def test_head_larger_than_what_is_examined(root: Path, piece: int) -> None:
    data = b"A: b\n" + b"X: y\n" * 500_000 + b"\nbody"
    with Spool(Maildir(str(root))) as spool:
        feed(spool, data, piece)
        assert spool.head() == data[:HEAD_LIMIT]
        assert spool.content() == data


def test_head_that_ends_after_the_message_became_large(root: Path) -> None:
    data = b"X: y\n" * 80_000 + b"\nbody" * 1000
    with Spool(Maildir(str(root))) as spool:
        feed(spool, data)
        assert spool.head() == b"X: y\n" * 80_000 + b"\n"


def test_from_line_without_an_end_is_the_message(root: Path) -> None:
    data = b"From " + b"x" * 400_000
    with Spool(Maildir(str(root))) as spool:
        feed(spool, data)
        assert spool.from_line == b"" and spool.content() == data


@pytest.mark.parametrize("data", [MAIL, LARGE, b"From a@b Mon\n" + LARGE])
@pytest.mark.parametrize("early", [True, False])
def test_trace_headers_go_on_top_known_early_or_late(root: Path, data: bytes, early: bool) -> None:
    envelope = Envelope(sender="s@x", recipient="r@y")
    path = only_file(deliver(root, data, envelope=envelope, early_envelope=early))
    body = data.removeprefix(b"From a@b Mon\n")
    assert path.read_bytes() == b"Return-Path: <s@x>\nDelivered-To: r@y\n" + body
    assert visible(root) == [path] and not leftovers(root)


@pytest.mark.parametrize("data", [MAIL, LARGE, b"From a@b Mon\n" + LARGE])
@pytest.mark.parametrize("early", [True, False])
def test_headers_are_added_and_removed(root: Path, data: bytes, early: bool) -> None:
    envelope = Envelope(sender="s@x")
    receipt = deliver(
        root,
        data,
        envelope=envelope,
        early_envelope=early,
        add_headers=(("X-Rule", "one"),),
        remove_headers=("subject",),
    )
    body = data.removeprefix(b"From a@b Mon\n").replace(b"Subject: x\n", b"")
    path = only_file(receipt)
    content = path.read_bytes()
    assert content == b"Return-Path: <s@x>\nX-Rule: one\n" + body
    wire = content.replace(b"\n", b"\r\n")
    assert f",S={len(content)},W={len(wire)}" in path.name
    assert not leftovers(root)


def test_large_message_is_copied_where_the_kernel_does_not_copy(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_copy(*_: object) -> int:
        raise OSError(18, "no")

    monkeypatch.setattr(os, "copy_file_range", no_copy)
    path = only_file(deliver(root, LARGE, add_headers=(("X", "1"),)))
    assert path.read_bytes() == b"X: 1\n" + LARGE


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_copies_with_the_same_bytes_are_one_file(root: Path, data: bytes) -> None:
    receipt = deliver(root, data, Filing("INBOX"), Filing("A", "S"), Filing("B/C"))
    files = [Path(path) for path in receipt.paths]
    assert len({path.stat().st_ino for path in files}) == 1
    assert [path.parent.parent.name for path in files] == ["Maildir", ".A", ".B.C"]
    assert files[0].stat().st_nlink == 3
    assert len({path.name.split(",")[0] for path in files}) == 3


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_message_without_links_is_copied(
    root: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*names: str) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    receipt = deliver(root, data, Filing("INBOX"), Filing("A", "S"))
    assert [Path(path).read_bytes() for path in receipt.paths] == [data, data]
    assert not leftovers(root)


def test_rules_read_the_message_from_the_spool(root: Path) -> None:
    with Spool(Maildir(str(root))) as spool:
        message = Message(feed(spool, LARGE))
        assert message.headers.first("subject") == "x"
        assert message.size == len(LARGE) and message.content() == LARGE


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_programs_read_the_message_from_a_descriptor(root: Path, data: bytes) -> None:
    with Spool(Maildir(str(root))) as spool:
        feed(spool, b"From a@b Mon\n" + data)
        descriptor = spool.open(Edits(b"X: 1\n"))
        try:
            assert os.pread(descriptor, 1 << 20, 0) == b"X: 1\n" + data
        finally:
            os.close(descriptor)


MEMORY = """
import re, sys
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.delivery.deliver import deliver
from maildrop_py.delivery.spool import Spool
from maildrop_py.intake.stdin import read_message
from maildrop_py.message.envelope import Envelope
maildir = Maildir(sys.argv[1])
envelope = Envelope(sender="a@b", recipient="c@d")
with Spool(maildir, envelope) as spool:
    read_message(spool)
    spool.finish()
    deliver(Decision((Filing("INBOX"),), add_headers=(("X", "1"),)), spool, maildir, envelope)
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""


def peak_memory(root: Path, message: Path) -> int:
    """KiB that a whole delivery of `message` in a process of its own needs at most.

    Not from getrusage(): its figure includes what this process had at the fork.
    """
    with message.open("rb") as stdin:
        command = [sys.executable, "-c", MEMORY, str(root)]
        done = subprocess.run(command, stdin=stdin, capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_large_message_needs_hardly_more_memory_than_a_small_one(
    root: Path, tmp_path: Path
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(MAIL)
    with large.open("wb") as file:
        file.write(MAIL)
        file.truncate(64 << 20)
    assert peak_memory(root, large) - peak_memory(root, small) < 5 << 10
    assert {path.stat().st_size for path in visible(root)} == {
        len(MAIL) + 42,
        (64 << 20) + 42,
    }


def test_process_that_ends_in_the_middle_prints_nothing(root: Path) -> None:
    """Exim takes any output for a failure."""
    code = "import sys; from maildrop_py.maildir.maildir import Maildir\n"
    code += "from maildrop_py.delivery.spool import Spool\n"
    code += "spool = Spool(Maildir(sys.argv[1]), in_memory=0); spool.write(b'x')"
    done = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, check=True)
    assert done.stdout == done.stderr == b""
