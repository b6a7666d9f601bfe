"""extension: what stands behind the delimiter in user+extension."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import asked, decided, held, seen, when

SHOP = Envelope(extension="shop-2026")


def test_the_extension_is_tested() -> None:
    assert held("{extension: shop}", envelope=SHOP)
    assert held("{extension: {is: SHOP-2026}}", envelope=SHOP)
    assert held("{extension: {glob: 'shop-*'}}", envelope=SHOP)
    assert not held("{extension: '^2026'}", envelope=SHOP)


def test_no_extension_is_no_match() -> None:
    assert not held("{extension: '.*'}", envelope=Envelope(extension=""))
    assert asked("{extension: x}").why == "the address has none"


def test_it_shows_what_matched() -> None:
    outcome = asked("{extension: '(?P<year>\\d+)'}", envelope=SHOP)
    assert (seen(outcome), outcome.captures) == ("2026", {"year": "2026"})


def test_it_says_itself_in_words() -> None:
    assert when("{extension: a}").describe() == "address extension matches /a/"


@pytest.mark.parametrize(
    ("envelope", "head", "folder"),
    [
        (Envelope(recipient="me+shop@example.com"), "", "shop"),
        (Envelope(recipient="me+shop+2@example.com"), "", "shop+2"),
        (Envelope(), "Delivered-To: me+shop@example.com", "shop"),
        (Envelope(), "X-Original-To: <me+shop@example.com>", "shop"),
        (Envelope(), "Delivered-To: me@example.com\nX-Original-To: me+shop@example.com", "_"),
        (Envelope(recipient="me@example.com"), "Delivered-To: me+shop@example.com", "_"),
        (Envelope(recipient="me+shop@example.com", extension="said"), "", "said"),
        (Envelope(recipient="me+shop@example.com", extension=""), "", "_"),
        (Envelope(recipient="+shop@example.com"), "", "_"),
        (Envelope(recipient="me+shop"), "", "shop"),
        (Envelope(recipient='"me+shop"@example.com'), "", "shop"),
        (Envelope(recipient="me-shop@example.com"), "", "_"),
        (Envelope(), "", "_"),
    ],
)
def test_the_extension_comes_from_whoever_names_the_recipient(
    envelope: Envelope, head: str, folder: str
) -> None:
    template = "rules: [{then: {file: 'Plus/{extension}'}}]"
    assert decided(template, head, envelope).filings[0].folder == f"Plus/{folder}"
    if folder != "_":
        rules = f"rules: [{{when: {{extension: {{is: {folder}}}}}, then: {{file: Here}}}}]"
        for explain in (False, True):  # by the index, and rule by rule
            assert decided(rules, head, envelope, explain=explain).filings[0].folder == "Here"


@pytest.mark.parametrize(
    ("delimiter", "recipient", "found"),
    [
        ("-", "me-shop@a.b", "shop"),
        ("-", "me+shop@a.b", ""),
        ("+-", "me-shop+x@a.b", "shop+x"),
        ("", "me+shop@a.b", ""),
    ],
)
def test_the_delimiter_is_a_setting(delimiter: str, recipient: str, found: str) -> None:
    top = f"recipient_delimiter: '{delimiter}'\n"
    rules = f"{top}rules: [{{then: {{set: {{x: '{{extension}}'}}, reject: 'x{{x}}'}}}}]"
    assert decided(rules, "", Envelope(recipient=recipient)).reject == f"x{found}"
