"""Added headers are one field each whatever they hold; cuts take a field and nothing else."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.extent import HEAD_LIMIT
from maildrop_py.message.header_edits import added, cuts, header_lines


def read_back(lines: bytes) -> str:
    value = message_from_bytes(lines + b"\n\nbody")["X"]
    return str(make_header(decode_header(value)))


def test_plain_value_stands_as_it_is() -> None:
    assert header_lines("X-Rule", "spam, certain") == b"X-Rule: spam, certain\n"


def test_line_ends_are_those_of_the_message() -> None:
    assert added([("X", "1"), ("Y", "2")], b"A: b\r\n\r\n") == b"X: 1\r\nY: 2\r\n"
    assert added([("X", "1")], b"From a@b Mon\nA: b\r\n\r\n") == b"X: 1\r\n"
    assert added([("X", "1")], b"A: b\n\n") == b"X: 1\n"


def test_long_values_are_folded_at_white_space() -> None:
    lines = header_lines("X", "word " * 100).splitlines()
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])


@pytest.mark.parametrize("value", ["日本語の件名 " * 20, "x" * 5000, "é", "a =?utf-8?q?b?= ü"])
def test_what_cannot_stand_as_it_is_is_encoded(value: str) -> None:
    lines = header_lines("X", value)
    assert all(len(line) <= 78 for line in lines.splitlines())
    assert read_back(lines) == value.strip()


@pytest.mark.parametrize("name", ["", "A B", "A:", "A\n", "Ä", "A\0"])
def test_what_is_no_name_adds_nothing(name: str) -> None:
    assert header_lines(name, "x") == b""


@given(st.text(), st.text())
def test_no_value_makes_a_second_field(name: str, value: str) -> None:
    lines = header_lines(name, value)
    assert b"\0" not in lines and b"\r" not in lines
    assert all(line[:1] in (b" ", b"\t") for line in lines.split(b"\n")[1:-1])
    assert all(line.strip() for line in lines.split(b"\n")[1:-1])
    assert lines.isascii() and (not lines or lines.endswith(b"\n"))


def test_cuts_take_all_lines_of_each_field_of_that_name() -> None:
    head = b"A: 1\nX-Gone: 2\n\tmore\nB: 3\nx-gone:\nC: 4\n\n"
    kept, at = b"", 0
    for start, end in cuts(head, ["X-GONE", "absent"]):
        kept, at = kept + head[at:start], end
    assert kept + head[at:] == b"A: 1\nB: 3\nC: 4\n\n"


def test_field_that_may_be_longer_than_what_is_examined_is_left() -> None:
    head = b"X-Gone: 1\nX-Gone: " + b"x" * HEAD_LIMIT
    assert cuts(head[:HEAD_LIMIT], ["X-Gone"]) == ((0, 10),)
