"""from: addresses and names in the From header."""

from __future__ import annotations

from tests.support.rules_reading import asked, held, seen, when

MAIL = "From: =?UTF-8?Q?J=C3=BCrgen?= <Juergen@Example.org>, other@example.com"


def test_addresses_domains_and_names_are_told_apart() -> None:
    assert held("{from: juergen@example.org}", MAIL)
    assert held("{from: example.com}", MAIL)
    assert held("{from: Jürgen}", MAIL)
    assert not held("{from: ample.com}", MAIL)


def test_other_headers_do_not_count() -> None:
    assert not held("{from: example.org}", "Sender: a@example.org")
    assert asked("{from: example.org}").why == "no such header"


def test_it_may_be_asked_whether_it_is_there() -> None:
    assert held("{from: {exists: true}}", MAIL)
    assert held("{from: {exists: false}}", "X-A: b")


def test_it_shows_the_address_that_fits() -> None:
    outcome = asked("{from: '*@example.com'}", MAIL)
    assert (outcome.label, seen(outcome)) == ("From", "other@example.com")
    assert outcome.remark() == "fits *@example.com"


def test_it_says_itself_in_words() -> None:
    said = "address in From is a@b.c or @d.e or From matches /x y/"
    assert when("{from: [a@b.c, '@d.e', x y]}").describe() == said
