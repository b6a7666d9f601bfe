"""size: bytes of the whole message."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, mail, when, when_problem

TWO_KB = mail("Subject: x", b"x" * (2048 - 12))


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("2048", True),
        ("2049", False),
        ("'> 2KB'", False),
        ("'>= 2 KB'", True),
        ("'== 2k'", True),
        ("'< 1MB and > 1KB'", True),
        ("'<= 2047'", False),
        ("'< 1G'", True),
    ],
)
def test_sizes_are_compared_in_bytes(test: str, answer: bool) -> None:
    assert held(f"{{size: {test}}}", TWO_KB) is answer


def test_the_from_line_does_not_count() -> None:
    assert asked("{size: 1}", b"From me Mon Sep 21\nA: b").text == "6 bytes"


def test_it_says_itself_in_words() -> None:
    assert when("{size: '> 10MB'}").describe() == "size > 10MB"
    assert when("{size: 10}").describe() == "size >= 10"


def test_mistakes() -> None:
    assert "units: B, KB, MB, GB" in when_problem("{size: '> 10 miles'}")
    assert "is not a comparison" in when_problem("{size: big}")
