"""Maildir names: unique, and nothing in them lost when they are read and built."""

from __future__ import annotations

import re

import pytest

from maildrop_py.delivery.unique_name import (
    MaildirName,
    delivered_name,
    moved,
    new_base,
    parse,
    safe_host,
)


def test_base_names_have_time_process_counter_and_host() -> None:
    assert re.fullmatch(r"\d+\.M\d{1,6}P\d+Q\d+\.[^/:,]+", new_base())


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


def test_name_is_taken_apart() -> None:
    assert parse("1.M2P3Q4.h,S=5,W=6,U=7:2,FSXab,foo:bar") != parse("1.M2P3Q4.h")
    assert parse("1.h,S=5,W=6,U=7:2,FSXab,foo") == MaildirName(
        "1.h", ("S=5", "W=6", "U=7"), "FSX", "ab", ",foo"
    )


@pytest.mark.parametrize(
    "name",
    [
        "1.h",
        "1.h,S=5,W=6",
        "1.h,S=5:2,S",
        "1.h:2,FSXab",
        "1.h:2,S,odd,things",
        "1.h:2,,odd",
        "1.h:1,experimental",
        "1.h:3",
        "no dots",
        "a:b:2,S",
        "",
    ],
)
def test_reading_and_building_gives_the_name_again(name: str) -> None:
    assert parse(name).text() == name


def test_empty_info_is_dropped() -> None:
    assert parse("1.h:2,").text() == "1.h"


def test_sizes_are_read_only_where_they_are_numbers() -> None:
    name = parse("1.h,S=12,W=x")
    assert (name.field("S"), name.field("W"), name.field("U")) == (12, None, None)


def test_moved_name_is_new_keeps_sizes_and_flags_and_loses_the_uid_of_mbsync() -> None:
    name = moved(parse("1.h,S=5,U=7,W=6:2,FSXa,odd"), "2.i")
    assert name.text() == "2.i,S=5,W=6:2,FSXa,odd"
    assert moved(parse("1.h")).base != "1.h"
