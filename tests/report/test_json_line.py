"""JSON without `json`: what is written must be read back the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.report.json_line import json_line

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), values, max_size=4))
def test_what_is_written_is_read_back(entry: dict[str, object]) -> None:
    line = json_line(entry)
    assert json.loads(line) == entry
    assert line.endswith("\n") and len(line.splitlines()) == 1


def test_text_stays_readable() -> None:
    assert json_line({"subject": '会議 "x"\n'}) == '{"subject": "会議 \\"x\\"\\n"}\n'


def test_tuples_are_lists() -> None:
    assert json_line({"a": ("x", None, True)}) == '{"a": ["x", null, true]}\n'


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_has_not_are_null(number: float) -> None:
    assert json_line({"score": number}) == '{"score": null}\n'


def test_lone_surrogates_are_replaced() -> None:
    assert json.loads(json_line({"a": "x\udcff"})) == {"a": "x?"}
