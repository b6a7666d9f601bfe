"""Names of messages in a Maildir: nothing in them is lost when they are read and built."""

from __future__ import annotations

import pytest

from maildrop_py.maildir.file_name import FileName, moved, parse


def test_name_is_taken_apart() -> None:
    assert parse("1.M2P3Q4.h,S=5,W=6,U=7:2,FSXab,foo:bar") != parse("1.M2P3Q4.h")
    assert parse("1.h,S=5,W=6,U=7:2,FSXab,foo") == FileName(
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
