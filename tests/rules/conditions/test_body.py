"""body: the text of the message, decoded."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, mail, seen, when

PLAIN = mail("Content-Type: text/plain; charset=utf-8", "one\r\ntwo 会議 three\r\nlast line\r\n")
BASE64 = mail(
    "Content-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: base64",
    "PGI+GyRCMnE1RBsoQjwvYj4=\n",
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("'^two'", True),
        ("'one$'", True),
        ("'^three'", False),
        ("'one.*two'", False),
        ("'(?s)one.*two'", True),
        ("'LAST'", True),
        ("{contains: [会議, x]}", True),
        ("'nothing|^last'", True),
    ],
)
def test_the_text_is_tested_line_by_line(test: str, answer: bool) -> None:
    assert held(f"{{body: {test}}}", PLAIN) is answer


def test_transfer_encoding_and_charset_are_undone() -> None:
    assert held("{body: 会議}", BASE64)


HTML = mail(
    "Content-Type: text/html; charset=utf-8",
    "<html><head><style>p {color: red}</style></head><!-- a comment --><body>\n"
    "<p>Ch<b>ea</b>p&nbsp;caf&eacute;s,\njust &lt;here&gt;</p>"
    "<a href='https://shop.example/'>Order</a></body></html>\n",
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("'^cheap cafés, just <here>$'", True),
        ("'^order$'", True),
        ("comment", False),
        ("color", False),
        ("shop.example", False),
        ("nbsp", False),
    ],
)
def test_html_is_what_a_reader_sees(test: str, answer: bool) -> None:
    assert held(f"{{body: {test}}}", HTML) is answer


def test_a_limit_is_named_in_the_explanation() -> None:
    parts = "".join(f"--b\n\ntext {number}\n" for number in range(1100))
    message = mail("Content-Type: multipart/mixed; boundary=b", parts)
    outcome = asked("{body: nothing}", message, explaining=True)
    assert outcome.held is False
    assert "more than 1000 parts: the rest was not taken apart" in outcome.remark()
    assert held("{body: text 1099}", mail("Content-Type: multipart/mixed; boundary=b", parts))


def test_headers_are_no_body() -> None:
    assert not held("{body: Subject}", mail("Subject: Subject", "x"))


def test_it_shows_the_line_that_matched() -> None:
    outcome = asked("{body: '会.(?P<x> t)'}", PLAIN)
    assert (outcome.text.strip(), seen(outcome)) == ("two 会議 three", "会議 t")
    assert outcome.captures == {"x": " t"}
    assert "none matches" in asked("{body: zebra}", PLAIN, explaining=True).remark()


def test_it_says_itself_in_words() -> None:
    assert when("{body: [a, {contains: b}]}").describe() == "body matches /a/ or contains 'b'"
