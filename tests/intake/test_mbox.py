"""Mailbox files: where messages begin and end, and what is said of them there."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.intake import mbox
from maildrop_py.intake.mbox import MboxSource, is_mbox, messages_of
from maildrop_py.intake.mbox_status import arrived_at, flags_of
from maildrop_py.message.headers import Headers

FROM = b"From anna@example.org Tue Nov 21 17:00:00 2023\n"


def contents(tmp_path: Path, data: bytes) -> list[bytes]:
    path = tmp_path / "mbox"
    path.write_bytes(data)
    messages = list(messages_of(str(path)))
    for message in messages:
        assert message.size == len(message.content())
        assert isinstance(message.source, MboxSource)
    return [message.content() for message in messages]


def test_messages_begin_behind_blank_lines(tmp_path: Path) -> None:
    one, two = b"Subject: 1\n\nbody\n", b"Subject: 2\n\n"
    assert contents(tmp_path, FROM + one + b"\n" + FROM + two + b"\n") == [one, two]


def test_the_last_blank_line_may_be_missing(tmp_path: Path) -> None:
    assert contents(tmp_path, FROM + b"Subject: 1\n\nbody") == [b"Subject: 1\n\nbody"]


def test_only_one_blank_line_is_the_files(tmp_path: Path) -> None:
    data = FROM + b"Subject: 1\n\nbody\n\n\n\n" + FROM + b"Subject: 2\n\n"
    assert contents(tmp_path, data) == [b"Subject: 1\n\nbody\n\n\n", b"Subject: 2\n\n"]


def test_sentences_that_begin_with_from_cut_nothing(tmp_path: Path) -> None:
    text = b"Subject: 1\n\nDear all\n\nFrom now on we meet at noon.\n"
    assert contents(tmp_path, FROM + text + b"\n") == [text]


def test_a_separator_without_a_blank_line_is_none(tmp_path: Path) -> None:
    text = b"Subject: 1\n\nbody\n" + FROM + b"more\n"
    assert contents(tmp_path, FROM + text + b"\n") == [text]


def test_quoted_lines_of_the_body_lose_one_mark(tmp_path: Path) -> None:
    data = b">From me: x\nSubject: 1\n\n>From here\n>>From there\n>from\nx >From\n"
    wanted = b">From me: x\nSubject: 1\n\nFrom here\n>From there\n>from\nx >From\n"
    assert contents(tmp_path, FROM + data + b"\n") == [wanted]


def test_a_true_content_length_is_believed(tmp_path: Path) -> None:
    body = b"x\n\n" + FROM + b">From y\n"
    data = b"Content-Length: %d\n\n%s" % (len(body), body)
    end = b"\n" + FROM + b"Subject: 2\n\n"
    assert contents(tmp_path, FROM + data + end) == [data, b"Subject: 2\n\n"]


@pytest.mark.parametrize("length", [b"0", b"3", b"99999", b"999999999999999"])
def test_a_false_content_length_is_not_believed(tmp_path: Path, length: bytes) -> None:
    data = b"Content-Length: " + length + b"\n\nsome body\n"
    assert contents(tmp_path, FROM + data + b"\n" + FROM + b"A: b\n\nx\n") == [
        data,
        b"A: b\n\nx\n",
    ]


def test_line_ends_of_every_kind_stay(tmp_path: Path) -> None:
    one = b"Subject: 1\r\n\r\nbody\r\n"
    assert contents(tmp_path, FROM + one + b"\r\n" + FROM + b"Subject: 2\n\n") == [
        one,
        b"Subject: 2\n\n",
    ]


def test_lines_longer_than_a_piece_are_not_lines_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "PIECE", 64)
    body = b"x" * 64 + b">From a\n" + b"y" * 64 + FROM
    assert contents(tmp_path, FROM + b"Subject: 1\n\n" + body + b"\n") == [b"Subject: 1\n\n" + body]


def test_what_comes_before_the_first_message_is_left_out(tmp_path: Path) -> None:
    assert contents(tmp_path, b"junk\n\n" + FROM + b"Subject: 1\n\n") == [b"Subject: 1\n\n"]


@pytest.mark.parametrize("data", [b"", b"\n", b"\0" * 1000, b"From", FROM])
def test_odd_files_have_no_message_or_an_empty_one(tmp_path: Path, data: bytes) -> None:
    assert b"".join(contents(tmp_path, data)) == b""


def test_the_head_has_the_from_line_and_the_source_its_offsets(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(FROM + b"Subject: 1\n\nbody\n\n" + FROM + b"Subject: 2\n\n")
    first, second = (message.source for message in messages_of(str(path)))
    assert isinstance(first, MboxSource)
    assert isinstance(second, MboxSource)
    assert first.head() == FROM + b"Subject: 1\n\n"
    assert second.start == first.end + 1
    again = [message.headers.first("Subject") for message in messages_of(str(path), second.start)]
    assert again == ["2"]


def test_real_mailbox_files_lose_no_byte(shared: Path) -> None:
    for name, messages in (("mbox-0", 37), ("mbox-1", 1)):
        path = shared / "corpora/dsn/mailbox" / name
        assert is_mbox(str(path))
        found = list(messages_of(str(path)))
        assert len(found) == messages
        whole = path.read_bytes().replace(b"\r\n", b"\n")
        read = [b"".join(m.source.pieces()) for m in found]  # type: ignore[attr-defined]
        assert b"\n".join(part.replace(b"\r\n", b"\n") for part in read) + b"\n" == whole


@pytest.mark.parametrize("data", [b"", b"Subject: x\n\n", b"From: a\n", b"From me to you\n"])
def test_other_files_are_not_mailboxes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    assert not is_mbox(str(tmp_path / "file"))


@pytest.mark.parametrize(
    ("header", "flags", "keywords"),
    [
        (b"Status: RO\n\n", "S", ()),
        (b"Status: O\n\n", "", ()),
        (b"Status: RO\nX-Status: AF\n\n", "FRS", ()),
        (b"X-Status: DT\n\n", "DT", ()),
        (b"X-Keywords: $Work urgent\n\n", "", ("$Work", "urgent")),
        (b"X-Mozilla-Status: 0013\n\n", "RS", ()),
        (b"X-Mozilla-Status: zz\n\n", "", ()),
        (b"Subject: R\n\n", "", ()),
    ],
)
def test_flags_of_mail_readers_are_known(
    header: bytes, flags: str, keywords: tuple[str, ...]
) -> None:
    assert flags_of(Headers(header)) == (flags, keywords)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (FROM, 1700586000.0),
        (b"From MAILER-DAEMON Tue Nov 21 17:00:00 2023 +0900", 1700553600.0),
        (b'From "x y"@example.org  Tue Nov 21 17:00:00 2023', 1700586000.0),
        (b"From x", None),
        (b"", None),
        (None, None),
    ],
)
def test_the_time_of_arrival_is_in_the_from_line(line: bytes | None, seconds: float | None) -> None:
    assert arrived_at(line) == seconds
