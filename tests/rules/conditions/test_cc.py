"""cc: addresses and names in the Cc header."""

from __future__ import annotations

from tests.support.rules_reading import asked, held, seen, when

MAIL = "Cc: =?UTF-8?Q?J=C3=BCrgen?= <Juergen@Example.org>, other@example.com"


def test_addresses_domains_and_names_are_told_apart() -> None:
    assert held("{cc: juergen@example.org}", MAIL)
    assert held("{cc: example.com}", MAIL)
    assert held("{cc: Jürgen}", MAIL)
    assert not held("{cc: ample.com}", MAIL)


def test_other_headers_do_not_count() -> None:
    assert not held("{cc: example.org}", "Sender: a@example.org")
    assert asked("{cc: example.org}").why == "no such header"


def test_it_may_be_asked_whether_it_is_there() -> None:
    assert held("{cc: {exists: true}}", MAIL)
    assert held("{cc: {exists: false}}", "X-A: b")


def test_it_shows_the_address_that_fits() -> None:
    outcome = asked("{cc: '*@example.com'}", MAIL)
    assert (outcome.label, seen(outcome)) == ("Cc", "other@example.com")
    assert outcome.remark() == "fits *@example.com"


def test_it_says_itself_in_words() -> None:
    said = "address in Cc is a@b.c or @d.e or Cc matches /x y/"
    assert when("{cc: [a@b.c, '@d.e', x y]}").describe() == said
