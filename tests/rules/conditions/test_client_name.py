"""client_name: tests of the verified name."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.reverse_name import ReverseName
from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome, outside
from tests.support.rules_reading import seen, when


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        (r"'\.a\.example$'", True),
        (r"'^smtp'", False),
        ("{glob: '*.A.example'}", True),
        ("{is: mail.a.example}", True),
        ("{contains: ail}", True),
        ("[b, {is: x}, {glob: 'mail*'}]", True),
    ],
)
def test_the_name_decides(test: str, answer: bool) -> None:
    assert holds(f"{{client_name: {test}}}") is answer


def test_a_client_without_a_name_passes_no_test() -> None:
    assert holds("{client_name: '.*'}", envelope=outside("unknown")) is False


@pytest.mark.parametrize("envelope", [INSIDE, SUBMITTED])
def test_unknown_for_mail_from_inside_and_authenticated_sessions(envelope: object) -> None:
    assert holds("{client_name: a}", envelope=envelope) is None  # type: ignore[arg-type]


def test_unknown_where_dns_is_silent() -> None:
    assert holds("{client_name: a}", name=ReverseName("", "DNS", "no answer")) is None


def test_it_shows_and_captures_what_matched() -> None:
    found = outcome(r"{client_name: '(?P<site>\w+)\.example'}")
    assert seen(found) == "a.example"
    assert found.captures == {"site": "a"}


def test_it_says_itself_in_words() -> None:
    assert when("{client_name: {glob: '*.a'}}").describe() == "the client's name fits *.a"
