"""extension: what stands behind the delimiter in user+extension."""

from __future__ import annotations

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import asked, held, seen, when

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
