"""self_forged: my own name on mail that nobody vouches for."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.spf import Spf
from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome, outside
from tests.support.rules_reading import when

MINE = "From: Me <me@me.example>"
RESULTS = "Authentication-Results: mx.me.example; dkim=pass header.d=me.example\n"
HOP = "Received: from x (x.a.example [203.0.113.9]) by mx.me.example with ESMTP id 1\n"


@pytest.mark.parametrize("head", [MINE, "From: boss@me.example"])
def test_my_address_or_domain_without_anybody_to_vouch(head: str) -> None:
    assert holds("{self_forged: true}", head, spf="fail") is True
    assert holds("{self_forged: false}", head, spf="none") is False


def test_what_is_not_forged() -> None:
    assert holds("{self_forged: true}", "From: ann@a.example", spf="fail") is False
    assert holds("{self_forged: true}", MINE, spf=Spf("pass", "me.example")) is False
    assert holds("{self_forged: true}", MINE, spf=Spf("pass", "a.example")) is True
    assert holds("{self_forged: true}", RESULTS + HOP + MINE, spf="fail") is False
    assert holds("{self_forged: true}", HOP + RESULTS + MINE, spf="fail") is True


def test_authenticated_sessions_and_mail_from_inside_are_exempt() -> None:
    assert holds("{self_forged: true}", MINE, SUBMITTED, spf="fail") is False
    assert holds("{self_forged: true}", MINE, INSIDE, spf="fail") is False


def test_unknown_where_spf_is() -> None:
    assert holds("{self_forged: true}", MINE, outside(sender="me@me.example")) is None


def test_it_shows_why() -> None:
    found = outcome("{self_forged: true}", MINE, spf="fail")
    assert (found.label, found.text) == ("From", "Me <me@me.example>")
    assert found.why == "nobody vouches for me@me.example: SPF fail, no DKIM pass"


def test_it_says_itself_in_words() -> None:
    said = when("{self_forged: true}").describe()
    assert said == "it claims to be from its recipient, and nobody vouches for that"
