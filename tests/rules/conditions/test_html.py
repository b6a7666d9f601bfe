"""html: the markup, as it is written."""

from __future__ import annotations

from tests.support.rules_reading import held, mail, when

HTML = mail(
    "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable",
    '<a href=3D"https://shop.example/">Order</a>\n<!-- hidden -->\n',
)
PLAIN = mail("Content-Type: text/plain", '<a href="https://shop.example/">')


def test_links_and_comments_are_reached() -> None:
    assert held("{html: 'href=\"https://shop.example'}", HTML)
    assert held("{html: '^<!-- hidden'}", HTML)


def test_plain_text_is_not_markup() -> None:
    assert not held("{html: href}", PLAIN)


def test_it_says_itself_in_words() -> None:
    assert when("{html: href}").describe() == "html matches /href/"
