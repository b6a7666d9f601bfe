"""Dots and line ends, however the stream is cut."""

from __future__ import annotations

import pytest

from maildrop_py.lmtp.data import DataReader

CASES = [
    (b".\r\n", b""),
    (b"\r\n.\r\n", b"\r\n"),
    (b"a\r\n.\r\n", b"a\r\n"),
    (b"..\r\n.\r\n", b".\r\n"),
    (b"...\r\n..a\r\n.\r\n", b"..\r\n.a\r\n"),
    (b".a\r\n.\r\n", b"a\r\n"),
    (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
    (b"a\r.\r\nb\r\n.\r\n", b"a\r.\r\nb\r\n"),
    (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
    (b"a\r\n.\r\r\n.\r\n", b"a\r\n\r\r\n"),
    (b"\r\r\n\n\r\n.\r\n", b"\r\r\n\n\r\n"),
    (b"a\r\n\r\n.\r\n", b"a\r\n\r\n"),
    (b"\0\xff\r\n.\r\n", b"\0\xff\r\n"),
]


@pytest.mark.parametrize(("wire", "message"), CASES)
def test_a_message_is_the_same_wherever_its_stream_is_cut_in_two(wire, message):
    for cut in range(len(wire) + 1):
        text = DataReader()
        assert received(text, [wire[:cut], wire[cut:]]) == (stored(message), b"")
        assert text.size == len(message)


@pytest.mark.parametrize(("wire", "message"), CASES)
def test_a_message_is_the_same_byte_by_byte(wire, message):
    pieces = [bytes([byte]) for byte in wire]
    assert received(DataReader(), pieces) == (stored(message), b"")


def test_what_follows_the_end_is_given_back():
    assert DataReader().feed(b"a\r\n.\r\nQUIT\r\n") == (b"a\n", b"QUIT\r\n")


def stored(message: bytes) -> bytes:
    return message.replace(b"\r\n", b"\n")


def received(text: DataReader, pieces: list[bytes]) -> tuple[bytes, bytes | None]:
    whole, rest = b"", None
    for piece in pieces:
        if piece:
            assert rest is None
            plain, rest = text.feed(piece)
            whole += plain
    return whole, rest
