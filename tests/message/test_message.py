"""Message: a mail on its source, read no further than asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.extent import HEAD_LIMIT, head_end
from maildrop_py.message.message import Message
from maildrop_py.message.message_file import StatedFile
from maildrop_py.message.source import BytesSource, FileSource

MAIL = b"From: a@b.example\nSubject: x\n\nbody\n"
FROM_LINE = b"From a@b.example  Mon Jan  1 00:00:00 2024\n"


def on_disk(folder: Path, data: bytes) -> FileSource:
    path = folder / "mail"
    path.write_bytes(data)
    return FileSource(str(path))


def test_size_and_content_leave_the_from_line_out(tmp_path: Path) -> None:
    for source in (BytesSource(FROM_LINE + MAIL), on_disk(tmp_path, FROM_LINE + MAIL)):
        message = Message(source)
        assert message.size == len(MAIL)
        assert message.content() == MAIL
        assert message.headers.from_line == FROM_LINE.rstrip()
        assert message.headers.first("Subject") == "x"


def test_a_file_is_read_no_further_than_its_head_needs(tmp_path: Path) -> None:
    source = on_disk(tmp_path, b"Subject: x\n" + b"X: y\n" * 10_000 + b"\n" + b"z" * 5_000_000)
    head = source.head()
    assert head.endswith(b"X: y\n\n")
    assert Message(source).size == len(head) + 5_000_000


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_head_that_does_not_end_is_cut(tmp_path: Path, end: bytes) -> None:
    data = b"Subject: x" + end + b"X: " + b"y" * (10 << 20)
    for source in (BytesSource(data), on_disk(tmp_path, data)):
        message = Message(source)
        assert len(source.head()) == HEAD_LIMIT
        assert message.headers.first("Subject") == "x"
        assert message.size == len(data)
        assert message.content() == data


def test_an_empty_file_is_a_message(tmp_path: Path) -> None:
    message = Message(on_disk(tmp_path, b""))
    assert message.size == 0
    assert list(message.headers.fields) == []
    assert message.parts.bodies in ((), ("",))


def test_a_file_that_was_moved_away_is_told(tmp_path: Path) -> None:
    message = Message(FileSource(str(tmp_path / "gone")))
    with pytest.raises(FileNotFoundError):
        _ = message.headers


def test_headers_and_parts_are_read_once() -> None:
    message = Message(BytesSource(MAIL))
    assert message.headers is message.headers
    assert message.parts is message.parts
    assert message.parts.bodies == ("body\n",)


def test_a_filed_message_knows_its_place() -> None:
    filed = StatedFile(
        folder="Lists/py", flags="FS", keywords=("$Work",), path="/m/cur/1", mtime=1.5
    )
    assert Message(BytesSource(MAIL), file=filed).file == filed
    assert Message(BytesSource(MAIL)).file is None


@given(st.lists(st.sampled_from([b"\n", b"\r", b"a: b", b" ", b"x" * 9000]), max_size=40))
def test_head_and_body_are_the_message(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    head = BytesSource(data).head()
    assert data.startswith(head)
    assert len(head) == (head_end(data) if head_end(data) >= 0 else len(data))


@given(data=st.lists(st.sampled_from([b"\n", b"\r", b"a: b", b"x" * 9000]), max_size=12))
def test_a_file_is_read_as_memory_is(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes]
) -> None:
    content = b"".join(data)
    source = on_disk(tmp_path_factory.mktemp("source"), content)
    assert source.head() == BytesSource(content).head()
    assert source.size == BytesSource(content).size
