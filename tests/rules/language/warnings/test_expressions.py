"""Expressions that do not match what they look like, and those that are left alone."""

from __future__ import annotations

import pytest

from maildrop_py.rules.language.warnings import warnings_about
from tests.support.rules_reading import rules_of


def warned(when: str, top: str = "") -> list[str]:
    rules = rules_of(f"{top}\nrules: [{{when: {when}, then: {{file: A}}}}]")
    return [f"{problem.text} ({problem.hint})" for problem in warnings_about(rules)]


def warning(when: str, top: str = "") -> str:
    (found,) = warned(when, top)
    return found


@pytest.mark.parametrize(
    "expression",
    [
        "[billing]",
        "^[billing]",
        "[billing] invoice",
        "Re: [billing]",
        "[list-users]",
        "[xyz] hello",
    ],
)
def test_a_word_in_brackets_is_a_class(expression: str) -> None:
    found = warning(f"{{subject: '{expression}'}}")
    assert "matches any one of these letters" in found and r"write '\[" in found


@pytest.mark.parametrize("name", ["body", "from", "list_id", "attachment: {name", "raw_headers"])
def test_it_is_found_in_every_condition(name: str) -> None:
    closing = "}" * name.count("{")
    assert "any one of these letters" in str(warned(f"{{{name}: '[billing] x'{closing}}}"))
    assert "any one of these letters" in str(warned("{header: {X-A: {regex: ['[billing] x']}}}"))


@pytest.mark.parametrize(
    "expression",
    [
        "[a-z]bc", "[a-zA-Z0-9]+", "[abc]+", "[aeiou]{3}", "x[abc]y", r"\[billing\]", "[^billing]x",
        r"[\w.-]+", "[0-9a-f]{8}", "sale|offer", "colou?r", "(a|b)?x", "^$", r"(?P<x>.*)", "a{2}",
        r"\$100", "x.*", "^a$", "(?:re|fwd): x", r"cost \$", "(^a|b$)", r"10\^6", "a+", "x(ab)*",
        "会議|打ち合わせ", "[会議]",
    ],
)  # fmt: skip
def test_ordinary_expressions_are_left_alone(expression: str) -> None:
    assert warned(f"{{subject: '{expression}'}}") == []


@pytest.mark.parametrize("expression", [".*", "a*", "(a|)", "x?", "a|", "^", "()"])
def test_what_matches_every_text_is_named(expression: str) -> None:
    assert "matches every text (use `exists: true`" in warning(f"{{subject: '{expression}'}}")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (r"{list_id: '<foo.example.org>'}", "can never match: the identifier is looked at without"),
        (r"{list_id: '^foo <'}", "can never match"),
        (r"{sender: '^<bounces-\d+@x.org>$'}", "the address is looked at without < and >"),
        (r"{recipient: '<anna\+'}", "the address is looked at without"),
        ("{recipient: anna+foo}", r"one or more of 'a', not a plus (write 'anna\+foo')"),
        ("{to: 'me+shop'}", r"write 'me\+shop'"),
        ("{to_word: 'me+shop'}", r"write 'me\+shop'"),
        (r"{from: '^boss@example.com$'}", "does not match `Boss <boss@example.com>`"),
        (r"{from: '@example\.com$'}", "write @example.com without signs"),
        (r"{header: {Reply-To: '^boss@example\.com'}}", "write boss@example.com without signs"),
        ("{subject: '^Subject: sale'}", "the name is not part of the value (leave `Subject:` out)"),
        ("{from: '^From:.*boss'}", "leave `From:` out"),
        ("{header: {X-Mailer: '^X-Mailer: bat'}}", "leave `X-Mailer:` out"),
        ("{subject: '^ sale'}", "white space at the ends of a header is left out"),
        (r"{subject: 'sale\nnow'}", "headers are unfolded into one line"),
        ("{subject: 'cost $100'}", "`$` is the end of the text, and something follows it"),
        ("{subject: 'x^y'}", "`^` is the beginning of the text, and something is before it"),
        ("{subject: 'really?'}", r"`y?` at the end matches nothing as well"),
        ("{subject: 'inv*'}", r"write 'v\*' for the sign, or v.* for any text"),
        (r"{subject: '\\[sale]'}", "looks for a backslash"),
        (r"{subject: {contains: 'sale.*now'}}", "`contains` takes 'sale.*now' as it is written"),
        (r"{subject: {is: '^sale$'}}", "`is` takes '^sale$' as it is written"),
        (r"{subject: {glob: 'a\.b*'}}", "`glob` takes"),
        ("{raw_headers: 'Subject:.*会議'}", "letters beyond ASCII"),
        ("{attachment: {name: .exe}}", r"write '\.exe$'"),
        ("{part: {name: .exe}}", r"write '\.exe$'"),
        ("{raw_body: '[billing] x'}", "any one of these letters"),
        ("{raw_message: '.*'}", "matches every text"),
        ("{client_name: 'mail@x'}", "a host name has no @"),
        ("{extension: 'a@b'}", "an extension has no @"),
    ],
)
def test_what_can_never_match_or_matches_too_much(when: str, said: str) -> None:
    assert any(said in each for each in warned(when)), warned(when)


@pytest.mark.parametrize(
    "when",
    [
        "{from: boss@example.com}", r"{from: 'Boss <boss@'}", r"{list_id: '^(?P<list>[\w-]+)\.'}",
        r"{recipient: 'anna\+foo'}", "{recipient: anna+foo@example.com}", r"{recipient: '\d+'}",
        r"{sender: '^bounce-\w+@example\.com$'}", "{raw_headers: '^Subject: sale'}",
        r"{body: 'a$\nb'}", r"{body: '^Subject: x'}", r"{attachment: {name: '\.exe$'}}",
        r"{subject: '[^\n]{0,30}x'}", "{subject: {contains: '[billing]'}}", "{header: {X-A: '.+'}}",
        r"{subject: {glob: '*sale*'}}", "{header: {X: {number: '> 5'}}}", "{to: {count: '> 5'}}",
        "{part: {type: text/html, size: '> 5MB', header: {X: a}, text: '^a$'}}",
        "{subject: {index: 1, is: a, case: true}}", "{date: {of: now, hour: 8-17}}",
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(when: str) -> None:
    assert warned(when) == []


def test_the_place_is_that_of_the_text() -> None:
    text = "rules:\n  - when:\n      subject: [fine, '[billing]']\n    then: {file: A}\n"
    (problem,) = warnings_about(rules_of(text))
    assert (problem.line, problem.column) == (3, 23)


def test_nested_conditions_are_looked_at_too() -> None:
    nested = "{any: [{not: {subject: '[billing]'}}, {weigh: [{subject: '[billing]', score: 1}]}]}"
    assert len(warned(nested)) == 2
