"""raw_body and raw_message: expressions over bytes as they came."""

from __future__ import annotations

from tests.support.rules_reading import held

CODED = b"Subject: =?utf-8?q?caf=C3=A9?=\nX: folded\n  line\n\nZm9v\n>From x\n"


def test_the_body_is_not_decoded() -> None:
    assert held("{raw_body: ^Zm9v$}", CODED) is True
    assert held("{raw_body: foo}", CODED) is False
    assert held("{raw_body: Subject}", CODED) is False


def test_header_and_body_are_one_text() -> None:
    assert held("{raw_message: 'folded   line\\n\\nZm9v'}", CODED) is True
    assert held("{raw_message: ['no', '=C3=A9']}", CODED) is True


def test_a_message_without_a_body_has_an_empty_one() -> None:
    assert held("{raw_body: '^.'}", b"Subject: a\n") is False
