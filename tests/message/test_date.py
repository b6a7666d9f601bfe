"""date: when a message was written."""

from __future__ import annotations

import pytest

from maildrop_py.message.date import written_at


def test_the_zone_of_the_header_counts() -> None:
    assert written_at("Thu, 1 Jan 1970 09:00:01 +0900") == 1.0
    assert written_at("Thu, 1 Jan 1970 00:00:01 GMT (a comment)") == 1.0


@pytest.mark.parametrize("date", ["", "yesterday", "99 Foo 2026 25:61"])
def test_what_is_not_a_date_is_none(date: str) -> None:
    assert written_at(date) is None


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 32 Jan 99999 00:00:00 +9999999",
        "1 Jan 0000 00:00:00 -0000",
        "\0",
        "(" * 999,
        "1" * 9999,
    ],
)
def test_no_date_raises(date: str) -> None:
    written_at(date)
