"""Alternatives as branches: the same documents are valid, and mistakes have their place."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from maildrop_py.rules.language.branching import branching

DEFINITIONS: dict[str, Any] = {
    "texts": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "exists": {"type": "object", "required": ["exists"], "additionalProperties": False,
               "properties": {"exists": {"type": "boolean"}}},
    "kinds": {"type": "object", "additionalProperties": False,
              "properties": {"is": {"$ref": "#/$defs/texts"}, "file": {"type": "string"}}},
}  # fmt: skip
CASES: list[dict[str, Any]] = [
    {"anyOf": [{"$ref": "#/$defs/texts"}, {"$ref": "#/$defs/exists"}, {"$ref": "#/$defs/kinds"}]},
    {"anyOf": [{"$ref": "#/$defs/texts"}, {"const": []}]},
    {"anyOf": [{"enum": ["a", "b"]}, {"type": "string", "pattern": "^x"}]},
    {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}, {"$ref": "#/$defs/kinds"}]},
    {"type": "array", "items": {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/texts"}]}},
]
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 5), st.sampled_from(["a", "c", "xy", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["exists", "is", "file", "other"]), inner, max_size=2),
    ),
    max_leaves=6,
)


@given(st.sampled_from(CASES), values)
def test_the_same_documents_are_valid(case: dict[str, Any], value: object) -> None:
    branched = branching({**case, "$defs": DEFINITIONS}, DEFINITIONS)
    plain = {**case, "$defs": DEFINITIONS}
    assert "anyOf" not in str(branched)
    assert Draft202012Validator(branched).is_valid(value) == Draft202012Validator(plain).is_valid(
        value
    )
