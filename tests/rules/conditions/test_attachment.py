"""attachment: names and types of what is attached."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, mail, seen, when, when_problem

MAIL = mail(
    'Content-Type: multipart/mixed; boundary="x"',
    """--x
Content-Type: text/plain

hello
--x
Content-Type: application/octet-stream; name="Invoice.pdf.scr"
Content-Disposition: attachment; filename="Invoice.pdf.scr"
Content-Transfer-Encoding: base64

AAAA
--x
Content-Type: image/png
Content-Disposition: attachment; filename*=UTF-8''%E5%9B%B3.png
Content-Transfer-Encoding: base64

AAAA
--x--
""",
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("true", True),
        ("false", False),
        (r"{name: '\.(scr|pif)$'}", True),
        ("{name: {is: 図.png}}", True),
        ("{type: '^image/'}", True),
        ("{name: '\\.png$', type: '^image/'}", True),
        ("{name: '\\.scr$', type: '^image/'}", False),
        ("{name: '\\.exe$'}", False),
    ],
)
def test_one_attachment_must_pass_all(test: str, answer: bool) -> None:
    assert held(f"{{attachment: {test}}}", MAIL) is answer


def test_without_attachments_nothing_holds() -> None:
    message = mail("Subject: x", "hello")
    assert held("{attachment: true}", message) is False
    assert asked("{attachment: {name: x}}", message).why == "there is none"


def test_it_shows_the_attachment() -> None:
    outcome = asked(r"{attachment: {name: '(?P<ending>\.scr)$', type: octet}}", MAIL)
    assert outcome.text == "Invoice.pdf.scr (application/octet-stream)"
    assert seen(outcome) == ".scr"
    assert outcome.captures == {"ending": ".scr"}
    assert asked("{attachment: {name: x}}", MAIL).text == "Invoice.pdf.scr, 図.png"


def test_it_says_itself_in_words() -> None:
    assert when("{attachment: true}").describe() == "an attachment"
    said = when("{attachment: {name: a, type: [b, c]}}").describe()
    assert said == "an attachment whose name matches /a/ and whose type matches /b/ or matches /c/"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "nothing is asked of the attachment"),
        ("{nmae: x}", "did you mean `name`?"),
        ("x", "a mapping (`key: value`) must be here"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in when_problem(f"{{attachment: {text}}}")
