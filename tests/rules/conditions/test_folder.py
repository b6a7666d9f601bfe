"""folder: where a message that is already filed stands."""

from __future__ import annotations

import pytest

from maildrop_py.message.message_file import StatedFile
from tests.support.rules_reading import asked, held, mail, when


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("Lists/python", True),
        ("lists/*", True),
        ("'*/python'", True),
        ("'Lists/pyth?n'", True),
        ("[INBOX, 'Lists/*']", True),
        ("Lists", False),
        ("python", False),
    ],
)
def test_the_whole_name_must_fit(test: str, answer: bool) -> None:
    assert held(f"{{folder: {test}}}", mail("A: b", file=StatedFile("Lists/python"))) is answer


def test_arriving_mail_is_in_no_folder() -> None:
    assert held("{folder: '*'}", "A: b") is False
    assert "just arriving" in asked("{folder: '*'}", "A: b").why


def test_it_says_itself_in_words() -> None:
    assert when("{folder: [INBOX, 'A*']}").describe() == "already in folder INBOX or A*"
