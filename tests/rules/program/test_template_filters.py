"""template_filters: what `|` does to a value, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.rules.program.template import FILTERS
from maildrop_py.rules.program.template_filters import LONGEST, PLAIN, filtered
from tests.support.rules_reading import decided, problem_of


def subject_of(template: str, value: str) -> str:
    """What a template with the name `x` makes of a value."""
    rules = f"""
        rules:
          - when: {{raw_headers: '^X: (?P<x>.*)$'}}
            then: {{set: {{y: '{template.replace("'", "''")}'}}}}
          - then: {{add_header: {{Y: "{{y}}"}}}}
    """
    return decided(rules, f"X: {value}").add_headers[0][1]


@pytest.mark.parametrize(
    ("template", "value", "made"),
    [
        ("{x|replace(., -)}", "a.b.c", "a-b-c"),
        ("{x|replace(-list, )}", "dev-list", "dev"),
        ("{x|replace(/[^a-z0-9]+/, _)}", "Foo & Bar/17", "Foo_Bar_17"),
        ("{x | replace( /-(list|users)$/ , '' ) | lower}", "Dev-Users", "dev"),
        ("{x|lower|replace(' ', _)}", "A b C", "a_b_c"),
        ("{x|replace(',', ';')}", "a,b", "a;b"),
        ("{x|replace(a, ')')}", "bab", "b)b"),
        ("{x|replace(/a{2}/, b)}", "aaa", "ba"),
        ("{x|replace(/(a)|(b)/, x)}", "abc", "xxc"),
        ("{x|replace(/}/, {)}", "a}", "a{"),
        ("{x|replace(a, b)|replace(b, c)|upper}", "ab", "CC"),
        ("{x|replace(/x*/, -)}", "ab", "-a-b-"),
        ("{x|replace(/$/, .)}", "会", "会."),
        ("{x|replace(会, kai)}-{x}", "会議", "kai議-会議"),
        ("{x|upper_first}{x|lower_first}{x|length}", "aB", "ABaB2"),
        ("a {{|replace(x, y)}} {x}", "x", "a {|replace(x, y)} x"),
    ],
)
def test_values_are_cleaned(template: str, value: str, made: str) -> None:
    assert subject_of(template, value) == made


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ("lowr", "did you mean `lower`?"),
        (f"replace(a, {'b' * 201})", "is too long"),
        ("replace(a)", "`replace` takes two texts"),
        ("replace(a, b", "`replace(` without its `)`"),
        ("replace(/a, b)", "an expression without its second /"),
        ("replace(/(/, b)", "bad regular expression"),
        ("replace(/(?=a)/, b)", "RE2 has no look-around"),
        ("replace(a, b) c", "filters are separated by |"),
        ("replace(a, 'b)", "a text in quotes without its end"),
        ("replace('', b)", "there is nothing to replace"),
        ("replace( , b)", "`replace` takes two texts"),
        ("replace(, b)", "`replace` takes two texts"),
    ],
)
def test_mistakes(filters: str, said: str) -> None:
    template = f"{{user|{filters}}}".replace("'", "''")
    assert said in problem_of(f"rules: [{{then: {{set: {{y: '{template}'}}}}}}]")


def test_a_long_value_takes_no_time() -> None:
    hostile = "a" * 1_000_000
    made = filtered(hostile, "replace(/a(.*z)?/, b)")
    assert made == "b" * LONGEST


def test_every_filter_is_known() -> None:
    assert tuple(PLAIN) == FILTERS


def test_in_a_folder_the_result_is_made_safe() -> None:
    rules = """
        rules:
          - when: {raw_headers: '^X: (?P<x>.*)$'}
            then: {file: "A/{x|replace(_, /)}"}
    """
    assert decided(rules, "X: .._.._etc").filings[0].folder == "A/______etc"


@given(st.text(max_size=30), st.text(max_size=10))
def test_no_text_behind_a_bar_is_more_than_a_mistake(filters: str, value: str) -> None:
    from maildrop_py.rules.program.template_filters import BadFilter

    try:
        filtered(value, filters)
    except (BadFilter, ValueError):
        return
