"""header_fields, and the tests of numbers and of case that any header may have."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, decided, held, seen, when, when_problem

MAIL = (
    "X-A: 7.5 / 10\nX-A: two\nX-A: -3\nSubject: Hello World\n"
    "To: a@example.com, b@example.com,\n c@example.com\nCc: d@example.com"
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("header: {X-A: {number: '>= 7.5'}}", True),
        ("header: {X-A: {number: '> 7.5'}}", False),
        ("header: {X-A: {number: [100, '< 0']}}", True),
        ("header: {Subject: {number: '> -1000'}}", False),  # no number is none that passes
        ("subject: {number: 1}", False),
        ("header: {X-A: {count: 3}}", True),
        ("header: {X-A: {count: '> 3'}}", False),
        ("header: {X-B: {count: '< 1'}}", True),
        ("header: {X-A: {index: 2, is: two}}", True),
        ("header: {X-A: {index: 1, is: two}}", False),
        ("header: {X-A: {index: -2, is: two}}", True),
        ("header: {X-A: {index: -1, number: '< 0'}}", True),
        ("header: {X-A: {index: 4, contains: o}}", False),
        ("header: {X-A: {index: 1, regex: ['^8', '^7']}}", True),
        ("header: {X-A: [{index: 3, is: two}, {count: 9}, '^two$']}", True),
        ("header: {X-A: [{index: 3, is: two}, {count: 9}, '^three$']}", False),
        ("to: {count: 4}", True),
        ("to: {count: '> 4'}", False),
        ("cc: {count: '== 1'}", True),
        ("from: {count: '== 0'}", True),
        ("subject: {is: hello world}", True),
        ("subject: {is: hello world, case: true}", False),
        ("subject: {is: Hello World, case: true}", True),
        ("subject: {is: Hello, case: true}", False),
        ("subject: {contains: [WORLD, orld], case: true}", True),
        ("subject: {contains: WORLD, case: true}", False),
        ("subject: {contains: WORLD, case: false}", True),
        ("subject: {glob: 'H*d', case: true}", True),
        ("subject: {glob: 'h*d', case: true}", False),
        ("subject: {regex: 'w(o|x)rld', case: true}", False),
        ("subject: {index: 1, contains: World, case: true}", True),
        ("from: {regex: x, case: true}", False),
    ],
)
def test_numbers_counts_places_and_case(test: str, answer: bool) -> None:
    assert held(f"{{{test}}}", MAIL) is answer


@pytest.mark.parametrize("text", ["1e5", "0x10", "5.", "5.6.7", "5-6", "٣", "1_000", "+", ""])
def test_a_number_is_a_sign_digits_and_a_point(text: str) -> None:
    expected = {"1e5": "1", "0x10": "0", "5.": "5", "5.6.7": "5.6", "5-6": "5", "1_000": "1"}
    outcome = asked("{header: {X: {number: '> -9'}}}", f"X: {text}")
    assert (seen(outcome) if outcome.held else None) == expected.get(text)


def test_an_endless_number_takes_no_time() -> None:
    assert held("{header: {X: {number: '> 0'}}}", "X: " + "9" * 100_000)


def test_rules_that_count_are_tried_for_every_message() -> None:
    rules = "rules: [{when: {header: {X-B: {count: '< 1'}}}, then: {file: A}}]"
    assert decided(rules, "Subject: a").filings[0].folder == "A"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{header: {X: {index: 0, is: a}}}", "1 is the topmost, -1 the last"),
        ("{header: {X: {index: 1.5, is: a}}}", "1 is the topmost, -1 the last"),
        ("{header: {X: {index: 1}}}", "one kind of test must be here"),
        ("{header: {X: {count: 1, is: a}}}", "`count` has nothing beside it"),
        ("{header: {X: {is: a, count: 1}}}", "`count` has nothing beside it"),
        ("{header: {X: {number: many}}}", "is not a comparison"),
        ("{header: {X: {number: 1, case: true}}}", "a number has no upper and lower case"),
        ("{header: {X: {case: true}}}", "one kind of test must be here"),
        ("{header: {X: {case: yes please, is: a}}}", "true or false must be here"),
        ("{sender: {count: 1}}", "unknown kind of test 'count'"),
    ],
)
def test_mistakes(test: str, said: str) -> None:
    assert said in when_problem(test)


def test_they_say_themselves_in_words() -> None:
    words = {
        "{header: {X: {number: 5}}}": "header X as a number is >= 5",
        "{header: {X: {count: 5}}}": "number of headers called X >= 5",
        "{header: {X: {index: -1, is: a}}}": "header X number -1 is 'a'",
        "{cc: {count: 5}}": "number of addresses in Cc >= 5",
        "{subject: {is: A, case: true}}": r"header Subject matches /(?-i)^\s*A\s*$/",
    }
    assert {test: when(test).describe() for test in words} == words
