"""reply_to: addresses and names in the Reply-To header."""

from __future__ import annotations

from tests.support.rules_reading import asked, held, seen, when

MAIL = "Reply-To: =?UTF-8?Q?J=C3=BCrgen?= <Juergen@Example.org>, other@example.com"


def test_addresses_domains_and_names_are_told_apart() -> None:
    assert held("{reply_to: juergen@example.org}", MAIL)
    assert held("{reply_to: example.com}", MAIL)
    assert held("{reply_to: Jürgen}", MAIL)
    assert not held("{reply_to: ample.com}", MAIL)


def test_other_headers_do_not_count() -> None:
    assert not held("{reply_to: example.org}", "Sender: a@example.org")
    assert asked("{reply_to: example.org}").why == "no such header"


def test_it_may_be_asked_whether_it_is_there() -> None:
    assert held("{reply_to: {exists: true}}", MAIL)
    assert held("{reply_to: {exists: false}}", "X-A: b")


def test_it_shows_the_address_that_fits() -> None:
    outcome = asked("{reply_to: '*@example.com'}", MAIL)
    assert (outcome.label, seen(outcome)) == ("Reply-To", "other@example.com")
    assert outcome.remark() == "fits *@example.com"


def test_it_says_itself_in_words() -> None:
    said = "address in Reply-To is a@b.c or @d.e or Reply-To matches /x y/"
    assert when("{reply_to: [a@b.c, '@d.e', x y]}").describe() == said
