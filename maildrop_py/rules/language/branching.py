"""branching: a JSON Schema that says what is wrong where it is.

Where one of several alternatives must hold, a validator can only say that none does.
Where they are of different types, the type decides which one is meant: then the
mistake inside that one is reported, at its own place. Guarantee: the same
documents are valid.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
EVERY = frozenset({"array", "boolean", "null", "number", "object", "string"})


def branching(schema: Any, definitions: Schema) -> Any:
    """`schema` with every `anyOf` as `if`, `then`, `else`."""
    if isinstance(schema, list):
        return [branching(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: branching(each, definitions) for key, each in schema.items()}
    alternatives = found.get("anyOf")
    if alternatives is None or "if" in found:
        return found
    types = [_types(each, definitions) for each in alternatives]
    del found["anyOf"]
    if sum(map(len, types)) == len(frozenset().union(*types)):
        tests = [{"type": sorted(each)} for each in types]
    else:  # whatever no other alternative accepts is measured by the last, the most general one
        special = [_target(each, definitions).get("required") is None for each in alternatives]
        alternatives = [
            each for _, each in sorted(zip(special, alternatives, strict=True), key=_first)
        ]
        tests = alternatives
    return found | _chain(tests, alternatives)


def _chain(tests: list[Schema], alternatives: list[Schema]) -> Schema:
    """The first alternative whose test holds, the last one if none does."""
    if len(alternatives) == 1:
        return alternatives[0]
    (test, *more), (first, *others) = tests, alternatives
    return {"if": test, "then": first, "else": _chain(more, others)}


def _first(pair: tuple[bool, Schema]) -> bool:
    return pair[0]


def _target(schema: Schema, definitions: Schema) -> Schema:
    """What a reference leads to."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def _types(schema: Schema, definitions: Schema) -> frozenset[str]:
    """The types of which something may be valid."""
    schema = _target(schema, definitions)
    if "type" in schema:
        given = schema["type"]
        names = [given] if isinstance(given, str) else given
        return frozenset("number" if name == "integer" else name for name in names)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return frozenset(map(_type_of, values))
    if "anyOf" in schema:
        return frozenset().union(*(_types(each, definitions) for each in schema["anyOf"]))
    return EVERY


def _type_of(value: object) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")
