"""schema: the rule language as a JSON Schema (draft 2020-12), for editors.

Put together from what each condition, action and setting says of itself, so
that it knows all that the reader knows. It accepts every rules file that the
reader accepts; what only the reader can judge (expressions, names in templates,
whether commands are allowed) it lets through.
"""

from __future__ import annotations

import sys
from typing import Any

from maildrop_py.rules.actions import ACTIONS, FINAL, NO_COPY
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.conditions.attachment import WHOLE_SCHEMA as WHOLE_PART
from maildrop_py.rules.language import then, when
from maildrop_py.rules.language.branching import branching
from maildrop_py.rules.language.commands import SCHEMA as CALL
from maildrop_py.rules.language.duration import SCHEMA as DURATION
from maildrop_py.rules.language.examples import ENVELOPE, EVIDENCE
from maildrop_py.rules.language.flag_names import LETTERS, NO_FLAG, OTHER_NAMES
from maildrop_py.rules.language.settings_reader import SCHEMA as SETTINGS
from maildrop_py.rules.language.text_tests import ONE_HEADER_TEST, ONE_TEST
from maildrop_py.rules.language.text_tests import SCHEMA as TEXT_TEST
from maildrop_py.rules.registry import action_class, condition_class

Schema = dict[str, Any]

VERSION = 1
"""Counted up where a rules file that was right would be wrong."""

_TERM = r"(>=|<=|==|>|<|=)?\s*[-+]?[0-9.]+\s*[A-Za-z]*"
_KEYWORD: Schema = {
    "type": "string",
    "pattern": r"^(?!\$$)[!#$&'+-Z\[^-z|}~]+$",
    "not": {"enum": [*OTHER_NAMES, *NO_FLAG]},
    "description": "an IMAP keyword",
}
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_TEXTS: Schema = {"$ref": "#/$defs/texts"}
_ADDRESS: Schema = {
    "anyOf": [
        {"type": "string", "description": "address, domain or glob, such as *@example.com"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["file"],
            "properties": {"file": {"type": "string", "description": "one on each line"}},
        },
    ]
}
_NAMES: Schema = {
    "anyOf": [
        {"type": "string", "description": "host name, .domain or glob, such as *.example.com"},
        _ADDRESS["anyOf"][1],
    ]
}


def schema() -> Schema:
    """The schema of a rules file; mistakes are found where they are (see `branching`)."""
    found = unbranched_schema()
    pointing: Schema = branching(found, found["$defs"])
    return pointing


def unbranched_schema() -> Schema:
    """The same with its alternatives as they are."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"maildrop-py rules, version {VERSION}",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            **SETTINGS,
            "include": {
                "anyOf": [_TEXTS, {"type": "null"}],
                "description": "rule files, spliced in here",
            },
            "rules": {"type": ["array", "null"], "items": {"$ref": "#/$defs/rule"}},
            "examples": {"type": ["array", "null"], "items": _example()},
        },
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    return {
        **_tests(),
        **_values(),
        "when": _when(),
        "whens": _one_or_more({"$ref": "#/$defs/when"}),
        "rule": _rule(),
        "otherwise": _otherwise(),
        "weighed": _weighed(),
        "then": _then(),
    }


def _tests() -> Schema:
    """What texts and addresses are compared with."""
    return {
        "texts": _one_or_more(_TEXT),
        "text_test": TEXT_TEST,
        "one_text_test": ONE_TEST,
        "count": _object({"count": {"$ref": "#/$defs/comparison"}}, "count"),
        "header_test": _one_or_more(ONE_HEADER_TEST),
        "exists": _object({"exists": {"type": "boolean"}}, "exists"),
        "address_test": _one_or_more({"anyOf": [_ADDRESS, {"$ref": "#/$defs/one_text_test"}]}),
        "part": WHOLE_PART,
        "address_list": _one_or_more(_ADDRESS),
        "names": _one_or_more(_NAMES),
        "s25r_rules": _one_or_more({"type": "integer", "minimum": 0, "maximum": 6}),
    }


def _values() -> Schema:
    """Numbers, folders, flags and programs."""
    return {
        "comparison": {
            "anyOf": [
                {"type": "number", "description": "at least so much"},
                {"type": "string", "pattern": rf"^\s*{_TERM}\s*( and \s*{_TERM}\s*)*$"},
            ],
            "description": "such as '>= 5', '> 10MB and < 1GB', '< 30d'",
        },
        "duration": DURATION,
        "comparisons": _one_or_more({"$ref": "#/$defs/comparison"}),
        "folder": {
            "type": ["string", "number"],
            "pattern": "^[^/.~][^/]*(/[^/.~][^/]*)*$",
            "description": "levels between slashes; {name} is what a named group matched",
        },
        "flags": _one_or_more({"anyOf": [{"enum": list(LETTERS)}, _KEYWORD]}),
        "argv": {
            "anyOf": [
                {"type": "string", "pattern": r"^\S+$"},
                {"type": "array", "minItems": 1, "items": _TEXT},
            ],
            "description": "a program and its arguments; no shell reads them",
        },
        "call": CALL,
    }


def _rule() -> Schema:
    rules: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/rule"}}
    rule: Schema = {
        "name": _TEXT,
        "when": {"$ref": "#/$defs/when"},
        "then": {"$ref": "#/$defs/then"},
        "rules": {**rules, "description": "tried where `when` holds"},
        "else": {
            "anyOf": [{"$ref": "#/$defs/then"}, rules],
            "description": "done, or rules that are tried, where `when` does not hold",
        },
    }
    return {
        "if": {"type": "object", "required": ["include"]},
        "then": _object({"include": _TEXTS}, "include"),
        "else": _object(rule)
        | {
            "if": {"not": {"anyOf": [{"required": ["rules"]}, {"required": ["else"]}]}},
            "then": {"required": ["then"]},
            "else": {"required": ["when"]},
        },
    }


def _when() -> Schema:
    found = when.schema()
    for name in CONDITIONS:
        found["properties"][name] = _described(found["properties"][name], condition_class(name))
    return found


def _weighed() -> Schema:
    """A `when` with a score beside its conditions."""
    found = _when()
    found["properties"]["score"] = {"type": "number"}
    found["properties"]["each"] = {"type": ["boolean", "number"]}
    return {**found, "required": ["score"], "minProperties": 2}


def _then() -> Schema:
    found = then.schema()
    for name in ACTIONS:
        found["properties"][name] = _described(found["properties"][name], action_class(name))
    refused: Schema = {"not": {}, "errorMessage": "another action ends the run already"}
    others: Schema = {
        name: {"properties": dict.fromkeys(FINAL[at + 1 :], refused)}
        for at, name in enumerate(FINAL)
    }
    for name in NO_COPY:
        others[name]["properties"]["continue"] = {"const": False}
    *first, last = then.MAY_FAIL
    needed: Schema = {"required": [last]}
    for name in first:
        needed = {"if": {"required": [name]}, "else": needed}
    others[then.OTHERWISE] = needed
    return {**found, "dependentSchemas": others}


def _otherwise() -> Schema:
    """What may be done where an action beside it fails."""
    allowed = dict.fromkeys(name for names in then.MAY_FAIL.values() for name in names)
    properties = {name: action_class(name).SCHEMA for name in allowed}
    return {**_object(properties), "minProperties": 1}


def _described(wording: Schema, cls: type) -> Schema:
    """`said`, with what the docstring of the module it comes from says first."""
    paragraph = (sys.modules[cls.__module__].__doc__ or "").split("\n\n")[0]
    return {**wording, "description": " ".join(paragraph.split()).partition(": ")[2]}


def _example() -> Schema:
    headers = {"type": "object", "additionalProperties": _TEXTS}
    message = {"headers": headers, "body": _TEXT, "path": {"type": "string"}}
    envelope: Schema = dict.fromkeys(ENVELOPE, _TEXT)
    flags = {"anyOf": [{"$ref": "#/$defs/flags"}, {"const": []}]}
    return _object(
        {
            "message": _object(message),
            "envelope": _object({**envelope, "authenticated": {"type": "boolean"}}),
            "evidence": _object(_evidence()),
            "filed": _object(
                {"folder": _TEXT, "flags": flags, "age": {"type": ["string", "number"]}}
            ),
            "expect": {**_object(_expectations(flags)), "minProperties": 1},
        },
        "message",
        "expect",
    )


def _evidence() -> Schema:
    """What an example may state; the rest are yes or no."""
    methods = condition_class("auth").SCHEMA["properties"]
    codes = {"anyOf": [_TEXTS, {"const": []}]}
    return {
        **{name: {"type": "boolean"} for name in EVIDENCE},
        "bayes": {"type": "number", "minimum": 0, "maximum": 1},
        "virus": {"type": ["string", "boolean"]},
        "folders": {"type": "array", "items": _TEXT},
        "spf": condition_class("spf").SCHEMA["anyOf"][0],
        "dnsbl": {"type": "object", "additionalProperties": codes},
        "auth": _object({name: wording["anyOf"][0] for name, wording in methods.items()}),
    }


def _expectations(flags: Schema) -> Schema:
    or_none = {"type": ["string", "number", "boolean", "null"]}
    return {
        "rule": or_none,
        "file": or_none,
        "copies": {"anyOf": [_TEXTS, {"const": []}]},
        "flags": flags,
        "discard": {"type": "boolean"},
        "reject": or_none,
        "forward": or_none,
        "score": {"type": "number"},
    }


def _object(properties: Schema, *required: str) -> Schema:
    found: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**found, "required": list(required)} if required else found


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}
