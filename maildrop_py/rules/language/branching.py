"""branching: a JSON Schema that says what is wrong where it is.

Where one of several alternatives must hold, a validator can only say that none does.
The type of the value decides which one is meant, and among mappings the keys that
only one of them needs: then the mistake inside that one is reported, at its own
place. Guarantee: the same documents are valid.
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
    found = {key: branching(each, definitions) for key, each in schema.items() if key != "anyOf"}
    if "anyOf" not in schema:
        return found
    return found | _by_type(schema["anyOf"], definitions)


def _by_type(alternatives: list[Schema], definitions: Schema) -> Schema:
    """The alternatives that a value of each type may mean; others are of none of these types."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for kind in sorted(EVERY):
        group = tuple(
            number for number, each in enumerate(alternatives) if kind in _types(each, definitions)
        )
        if group:
            groups.setdefault(group, []).append(kind)
    known = sorted(kind for kinds in groups.values() for kind in kinds)
    made: Schema = {"type": known}
    for group, kinds in groups.items():
        meant = _one_of([alternatives[number] for number in group], definitions)
        if len(groups) == 1 and len(known) == len(EVERY):
            return meant
        made = {"if": {"type": kinds}, "then": meant, "else": made}
    return made


def _one_of(alternatives: list[Schema], definitions: Schema) -> Schema:
    """The first alternative that fits; what none fits is measured by the most general, the last."""
    general = [_is_general(each, definitions) for each in alternatives]
    ordered = [one for _, one in sorted(zip(general, alternatives, strict=True), key=_rank)]
    made = [branching(each, definitions) for each in ordered]
    found: Schema = made.pop()
    for each in reversed(made):
        target = _target(each, definitions)
        test = {"required": target["required"]} if "required" in target else each
        found = {"if": test, "then": each, "else": found}
    return found


def _is_general(schema: Schema, definitions: Schema) -> bool:
    """Whether nothing marks a value as meant for this alternative."""
    target = _target(schema, definitions)
    return not {"required", "const", "enum"} & set(target)


def _rank(pair: tuple[bool, Schema]) -> bool:
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
