"""Headers: fields of well-formed and broken heads, and the block as procmail sees it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.extent import HEAD_LIMIT, head_end, message_start
from maildrop_py.message.headers import Headers

# Pieces of which heads are made: what may go wrong comes up often.
PIECES = st.sampled_from(
    [
        *(b"Subject", b"To", b": ", b":", b" ", b"\t", b"\n", b"\r\n", b"\r", b"\n\n", b"\n \n"),
        *(b"From x@y Mon\n", b">From z\n", b"value", b"\0", b"\xe9", b"\x1b$B", b"=?utf-8?Q?a?="),
    ]
)
HEADS = st.lists(PIECES, max_size=30).map(b"".join) | st.binary(max_size=200)


def values(head: bytes, name: str) -> list[str]:
    return [field.value for field in Headers(head).all(name)]


def test_fields_are_found_whatever_the_case_of_the_name_and_in_order() -> None:
    headers = Headers(b"Received: one\nSUBJECT: hello\nreceived: two\n\nReceived: body\n")
    assert headers.first("subject") == "hello"
    assert [field.value for field in headers.all("RECEIVED")] == ["one", "two"]
    assert [field.name for field in headers.fields] == ["Received", "SUBJECT", "received"]
    assert headers.first("To") is None
    assert headers.all("To") == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_read(end: bytes) -> None:
    head = end.join([b"From: a@b.example", b"Subject: one", b" two", b"\tthree", b"", b""])
    headers = Headers(head + b"Subject: in the body")
    assert headers.first("Subject") == "one two three"
    assert [field.name for field in headers.fields] == ["From", "Subject"]
    assert headers.unfolded == b"From: a@b.example\nSubject: one  two \tthree\n\n"


def test_line_ends_may_be_mixed() -> None:
    headers = Headers(b"A: 1\r\nB: 2\n 3\r\nC: 4\r\r\n\r\nD: body\n")
    assert [(field.name, field.raw) for field in headers.fields] == [
        ("A", b"1"),
        ("B", b"2 3"),
        ("C", b"4"),
    ]


def test_a_stray_carriage_return_does_not_make_a_field() -> None:
    headers = Headers(b"Subject: harmless\rBcc: victim@example.org\nTo: a@b\n\n")
    assert headers.all("Bcc") == []
    assert headers.first("Subject") == "harmless Bcc: victim@example.org"


def test_the_from_line_is_no_field() -> None:
    headers = Headers(b"From a@b.example  Mon Jan  1 00:00:00 2024\nTo: c\n\n")
    assert headers.from_line == b"From a@b.example  Mon Jan  1 00:00:00 2024"
    assert [field.name for field in headers.fields] == ["To"]
    assert headers.all("From") == []


def test_a_from_field_with_a_blank_before_the_colon_is_a_field() -> None:
    headers = Headers(b"From : a@b.example\nSubject\t: x\n\n")
    assert headers.from_line is None
    assert headers.first("From") == "a@b.example"
    assert headers.first("Subject") == "x"


def test_lines_that_are_no_field_are_passed_over() -> None:
    head = b" begins with a blank: x\n>From here on: y\nno colon\n folded: z\n: w\nTo: a\n\n"
    assert [field.name for field in Headers(head).fields] == ["To"]


@pytest.mark.parametrize(
    "head", [b"X-Spam-Flag: YES\n\n", b"To: a\nx-spam\n :b\n\n", b"X-Spa: a\n\n"]
)
@pytest.mark.parametrize("beginning", [b"x-spam", b"to", b"x-"])
def test_what_names_may_begin_with_is_the_same_once_all_are_known(
    head: bytes, beginning: bytes
) -> None:
    fresh, known = Headers(head), Headers(head)
    known.may_have(frozenset((b"from",)))
    assert known.any_begins((beginning,)) is fresh.any_begins((beginning,))


def test_blank_lines_on_top_are_skipped() -> None:
    assert Headers(b"\n\r\nTo: a\n\nTo: b\n").first("To") == "a"


@pytest.mark.parametrize("head", [b"", b"\n", b"\n\n\n", b"no header at all", b"\0" * 100, b":\n"])
def test_there_may_be_no_header(head: bytes) -> None:
    headers = Headers(head)
    assert list(headers.fields) == []
    assert headers.first("Subject") is None


def test_there_may_be_no_body_and_no_last_line_end() -> None:
    assert Headers(b"To: a\nSubject: x").first("Subject") == "x"


def test_a_null_byte_is_a_blank_in_a_value() -> None:
    assert values(b"Subject: a\0b\n\n", "Subject") == ["a b"]
    assert Headers(b"Subject: a\0b\n\n").all("Subject")[0].raw == b"a\0b"


def test_decoded_line_feeds_do_not_survive() -> None:
    """An encoded line feed must never make a header line of its own."""
    value = values(b"Subject: =?utf-8?Q?a=0D=0ABcc:_x?=\n\n", "Subject")[0]
    assert value == "a  Bcc: x"


def test_raw_bytes_are_read_in_the_charset_of_the_body() -> None:
    head = b"Subject: \xb0\xae\xc4\xe3\nContent-Type: text/plain; charset=GB2312\n\n"
    assert values(head, "Subject") == ["爱你"]


def test_a_span_cuts_the_whole_field_out() -> None:
    head = b"A: 1\nB: 2\n 3\n\t4\nC: 5\n\n"
    start, end = Headers(head).all("b")[0].span
    assert head[:start] + head[end:] == b"A: 1\nC: 5\n\n"


def test_a_head_without_blank_line_is_all_header() -> None:
    head = b"To: a\n" + b"X: " + b"y" * HEAD_LIMIT
    assert len(Headers(head).all("X")[0].value) == HEAD_LIMIT


def test_the_end_of_the_head_is_behind_the_first_blank_line() -> None:
    assert head_end(b"A: 1\n\nbody\n\n") == 6
    assert head_end(b"A: 1\r\n\r\nbody\r\n\r\n") == 8
    assert head_end(b"A: 1\r\rbody\r\r") == 6
    assert head_end(b"A: 1\r\n\nbody") == 7
    assert head_end(b"A: 1\r\r\nB: 2\r\r\n\r\r\nbody") == 17
    assert head_end(b"A: 1\n") == -1


def test_the_length_of_the_from_line_counts_its_line_end() -> None:
    assert message_start(b"From x\nA: 1\n\n") == 7
    assert message_start(b"From x\rA: 1\r\r") == 7
    assert message_start(b"From x") == 0
    assert message_start(b"From: x\n\n") == 0


@given(HEADS)
def test_nothing_raises_and_text_can_be_written(head: bytes) -> None:
    headers = Headers(head)
    for field in headers.fields:
        field.value.encode()
        assert not any(char < " " or char == "\x7f" for char in field.value)
        assert b"\n" not in field.raw
    assert headers.unfolded.endswith(b"\n\n")


@given(HEADS)
def test_fields_by_name_are_the_same_as_in_the_list_of_all(head: bytes) -> None:
    headers = Headers(head)
    for field in headers.fields:
        name = field.name.encode("latin-1").lower()
        same = [f.span for f in headers.fields if f.name.encode("latin-1").lower() == name]
        assert [f.span for f in headers.all(field.name)] == same


@given(HEADS)
def test_spans_follow_each_other_and_hold_the_field(head: bytes) -> None:
    headers, done = Headers(head), 0
    for field in headers.fields:
        start, end = field.span
        assert done <= start < end <= len(head)
        assert head[start:end].startswith(field.name.encode("latin-1"))
        done = end


@given(HEADS)
def test_reading_what_was_unfolded_changes_nothing_more(head: bytes) -> None:
    unfolded = Headers(head).unfolded
    if b"\r" not in unfolded:
        assert Headers(unfolded).unfolded == unfolded


PROCMAIL = shutil.which("procmail")
PROCMAILRC = """LINEBUF=100000
LOGABSTRACT=no
:0
* ^^\\/(.|$)*^^
{ }
LOGFILE=$OUT
LOG="$MATCH"
:0
/dev/null
"""


@pytest.mark.skipif(PROCMAIL is None, reason="procmail is not installed")
@pytest.mark.parametrize(
    "message",
    [
        b"To: a\nSubject: one\n two\n\tthree\n\nbody\n",
        b"From a@b  Mon Jan  1 00:00:00 2024\n>From c\nTo: d\n  e\n\nbody\n\n",
        b"To: a\n \n b\n\t\n\nbody\n",
        b"To:\n a\n\n\n\nbody\n",
        b" begins with a blank\nTo: a\n b\n\n",
        b"To: a\nno colon\n folded\n\n",
    ],
)
def test_unfolded_is_byte_for_byte_what_procmail_matches(message: bytes, tmp_path: Path) -> None:
    """procmail's MATCH, spanning all of what its `*` lines see, is the judge."""
    rules, seen = tmp_path / "rc", tmp_path / "seen"
    rules.write_text(PROCMAILRC)
    rules.chmod(0o600)
    seen.touch()
    subprocess.run(["procmail", "-m", f"OUT={seen}", str(rules)], input=message, check=True)
    assert Headers(message).unfolded == seen.read_bytes()
