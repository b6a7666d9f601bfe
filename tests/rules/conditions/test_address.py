"""address: addresses in any header that is named."""

from __future__ import annotations

import pytest

from maildrop_py.rule_error import RuleError
from tests.support.rules_reading import held, when

MAIL = "To: Ann <ann@example.org>, b@example.com\nResent-To: c@lab.example"


def test_only_the_named_header_is_looked_at() -> None:
    assert held("{address: {To: example.org}}", MAIL)
    assert held("{address: {Resent-To: 'c@*'}}", MAIL)
    assert not held("{address: {To: lab.example}}", MAIL)


def test_all_named_headers_must_fit() -> None:
    assert held("{address: {To: ann@example.org, Resent-To: lab.example}}", MAIL)
    assert not held("{address: {To: ann@example.org, Resent-To: example.org}}", MAIL)


def test_it_says_itself_in_words() -> None:
    assert when("{address: {To: a@b.c}}").describe() == "address in To is a@b.c"


def test_no_header_is_a_mistake() -> None:
    with pytest.raises(RuleError):
        when("{address: {}}")
