"""Text that looks alike is alike: composed and decomposed letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.addresses import parse
from maildrop_py.message.headers import Headers
from maildrop_py.message.normal_form import PIECE, composed
from maildrop_py.message.parts import read_parts

LETTERS = st.sampled_from(
    ["a", " ", "e\u0301", "é", "が", "か\u3099", "각", "\u1100\u1161\u11a8", "Å"]
)


@given(st.lists(LETTERS, max_size=3 * PIECE).map("".join))
def test_a_text_is_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_run_of_marks_without_end_is_taken_in_pieces() -> None:
    text = "e" + "\u0323\u0301\u0327" * 2 * PIECE
    assert len(composed(text)) >= len(text) - 2
    assert composed(text)[0] == "\u0229"


@pytest.mark.parametrize(
    "raw",
    ["Cafe\u0301".encode(), b"=?utf-8?q?Cafe=CC=81?=", b"=?utf-8?b?Q2FmZcyB?=", "Café".encode()],
)
def test_header_fields_are_composed(raw: bytes) -> None:
    assert Headers(b"Subject: " + raw + b"\n\n").first("Subject") == "Café"


def test_addresses_are_composed() -> None:
    (address,) = parse("Jose\u0301 <jose\u0301@exa\u0308mple.org>")
    assert (address.display, address.text) == ("José", "josé@exämple.org")


def test_names_of_files_and_texts_are_composed() -> None:
    part = 'Content-Disposition: inline; filename="re\u0301sume\u0301.exe"\n\nvoila\u0300\n'
    parts = read_parts(part.encode())
    assert [file.name for file in parts.attachments] == ["résumé.exe"]
    assert parts.bodies == ("voilà\n",)
