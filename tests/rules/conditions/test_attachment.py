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
    assert asked("{attachment: {name: x}}", message, explaining=True).why == "there is none"


def test_it_shows_the_attachment() -> None:
    outcome = asked(r"{attachment: {name: '(?P<ending>\.scr)$', type: octet}}", MAIL)
    assert outcome.text == "Invoice.pdf.scr (application/octet-stream)"
    assert seen(outcome) == ".scr"
    assert outcome.captures == {"ending": ".scr"}
    assert asked("{attachment: {name: x}}", MAIL, explaining=True).text == "Invoice.pdf.scr, 図.png"


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


PARTS = mail(
    'Content-Type: multipart/mixed; boundary="x"',
    """--x
Content-Type: text/calendar; method=REQUEST
Content-Language: de

BEGIN:VCALENDAR
--x
Content-Type: image/png; name=a.png
Content-Disposition: inline
Content-Transfer-Encoding: base64

QUFBQUFBQUFB
QUFBQUFBQUE=
--x
Content-Type: image/gif; name=b.gif
Content-Transfer-Encoding: 8bit

12345
--x--
""",
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("attachment: {size: '== 17'}", True),  # as a file: 17 bytes of 24 characters
        ("attachment: {size: '> 17'}", False),
        ("attachment: {size: '== 5'}", True),
        ("attachment: {name: png, size: '== 5'}", False),
        ("attachment: {header: {Content-Disposition: '^inline'}}", True),
        ("attachment: {type: gif, header: {Content-Disposition: '^inline'}}", False),
        ("attachment: {header: {content-type: image, content-disposition: inline}}", True),
        ("attachment: {type: calendar}", False),
        ("part: {type: {is: text/calendar}}", True),
        ("part: {type: {is: text/calendar}, size: '> 1KB'}", False),
        ("part: {header: {Content-Language: {is: de}}}", True),
        ("part: {header: {Content-Language: {is: fr}}}", False),
        ("part: {header: {X-None: .}}", False),
        ("part: {name: b.gif, size: '< 6'}", True),
        ("part: {type: calendar, text: '^BEGIN:vcalendar$'}", True),
        ("part: {type: gif, text: BEGIN}", False),
        ("part: {text: {contains: '234'}}", True),
        ("attachment: {text: AAA}", True),  # decoded
        ("attachment: {text: QUFB}", False),
        ("part: {any: [{type: none}, {type: calendar, text: VCALENDAR}]}", True),
        ("part: {any: [{type: none}, {type: gif, text: VCALENDAR}]}", False),
        ("part: {all: [{type: calendar}, {text: BEGIN}]}", True),
        ("part: {all: [{type: calendar}, {type: gif}]}", False),
        ("part: {type: calendar, not: {text: VCALENDAR}}", False),
        ("part: {type: calendar, not: {text: other}}", True),
        ("attachment: {not: {name: '.'}}", False),
    ],
)
def test_sizes_and_headers_of_parts(test: str, answer: bool) -> None:
    assert held(f"{{{test}}}", PARTS) is answer


def test_a_message_that_is_one_file_has_a_size_and_a_header() -> None:
    head = "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\nX-A: b"
    message = mail(head, "QUFB\nQUFB\n")
    assert held("{attachment: {size: '== 6', header: {X-A: b}}}", message)
    assert held("{part: {type: pdf, size: '== 6'}}", message)


def test_what_was_captured_in_a_header_is_known() -> None:
    captures = asked("{part: {header: {Content-Language: '(?P<l>..)'}}}", PARTS).captures
    assert captures == {"l": "de"}


def test_only_so_much_text_is_looked_at() -> None:
    parts = "".join(f"--x\nContent-Type: text/a\n\n{'b' * 1_000_000}\n" for _ in range(6))
    message = mail("Content-Type: multipart/mixed; boundary=x", parts + "--x\n\nlast\n--x--\n")
    assert held("{part: {text: last}}", message) is False
    assert held("{part: {type: {is: text/plain}, text: last}}", message)


def test_nested_tests_say_themselves_and_capture() -> None:
    nested = "{part: {all: [{header: {Content-Language: '(?P<l>..)'}}], not: {type: gif}}}"
    assert asked(nested, PARTS).captures == {"l": "de"}
    words = when(nested).describe()
    assert "that is all of (a part whose header Content-Language matches /(?P<l>..)/)" in words
    assert words.endswith("that is not (a part whose type matches /gif/)")
