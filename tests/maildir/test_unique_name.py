"""Names of new messages: unique, safe, with sizes and flags."""

from __future__ import annotations

import os
import re

import pytest

from maildrop_py.maildir.unique_name import delivered_name, new_base, safe_host, wire_size


def test_base_names_have_time_process_counter_and_host() -> None:
    assert re.fullmatch(r"\d+\.M\d{1,6}P\d+Q\d+\.[^/:,]+", new_base())


def test_base_names_end_with_this_host() -> None:
    assert new_base().partition(".")[2].partition(".")[2] == safe_host(os.uname().nodename)


def test_base_names_of_one_process_differ() -> None:
    assert len({new_base() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("host", "safe"),
    [
        ("mail.example.org", "mail.example.org"),
        ("a/b:c", r"a\057b\072c"),
        ("a,S=1 b", r"a\054S=1\040b"),
        ("ö", r"\303\266"),
    ],
)
def test_host_names_are_made_safe(host: str, safe: str) -> None:
    assert safe_host(host) == safe


def test_message_without_flags_has_no_info() -> None:
    assert delivered_name("1.M2P3Q4.h", 5, 6) == "1.M2P3Q4.h,S=5,W=6"


def test_flags_and_keyword_letters_stand_once_in_ascii_order() -> None:
    assert delivered_name("b", 5, 6, "SbFaS") == "b,S=5,W=6:2,FSab"


@pytest.mark.parametrize(
    ("data", "previous", "size"),
    [(b"a\nb", b"", 4), (b"a\r\nb", b"", 4), (b"\nb", b"", 3), (b"\nb", b"\r", 2)],
)
def test_size_on_the_wire_has_cr_lf_for_every_lf(data: bytes, previous: bytes, size: int) -> None:
    assert wire_size(data, previous) == size
