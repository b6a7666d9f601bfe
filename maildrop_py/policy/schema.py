"""schema: the language of policy files as a JSON Schema, for editors.

It is that of rules files with the other vocabulary: it accepts every policy that the
reader accepts.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.policy.examples import EVIDENCE, EXPECTED
from maildrop_py.policy.language import SETTINGS
from maildrop_py.policy.plan import VERDICTS
from maildrop_py.rules.actions import POLICY_ACTIONS
from maildrop_py.rules.actions.greylist import TERMS
from maildrop_py.rules.conditions import POLICY_CONDITIONS
from maildrop_py.rules.language.branching import branching
from maildrop_py.rules.language.duration import SCHEMA as DURATION
from maildrop_py.rules.language.schema import unbranched_schema
from maildrop_py.rules.registry import action_class, condition_class

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_TEXTS: Schema = {"$ref": "#/$defs/texts"}


def policy_schema() -> Schema:
    """The schema of a policy file."""
    mail = unbranched_schema()
    definitions = mail["$defs"] | _definitions(mail["$defs"])
    properties = {name: mail["properties"][name] for name in (*SETTINGS, "include", "rules")}
    examples = {"type": ["array", "null"], "items": _example()}
    found = {
        **mail,
        "title": "maildrop-py policy, version 1",
        "properties": {**properties, "examples": examples},
        "$defs": definitions,
    }
    pointing: Schema = branching(found, definitions)
    return pointing


def _definitions(mail: Schema) -> Schema:
    terms = _object(dict.fromkeys(TERMS, DURATION))
    greylist = {"anyOf": [{"const": True}, terms]}
    waiting = {"wait": DURATION, "at_most": {"type": "integer"}, "or_greylist": greylist}
    conditions = {name: condition_class(name).SCHEMA for name in POLICY_CONDITIONS}
    own = {"total": mail["when"]["properties"]["total"], **conditions}
    weighed = mail["weighed"]["properties"]
    scores = {name: weighed[name] for name in weighed if name not in mail["when"]["properties"]}
    actions = {name: action_class(name).SCHEMA for name in POLICY_ACTIONS}
    return {
        "greylist": greylist,
        "tarpit": {"anyOf": [DURATION, {**_object(waiting), "required": ["wait"]}]},
        "when": {**mail["when"], "properties": own},
        "weighed": {**mail["weighed"], "properties": {**own, **scores}},
        "then": {
            **_object({**actions, "continue": {"type": "boolean"}}),
            "minProperties": 1,
        },
    }


def _example() -> Schema:
    evidence = {
        **dict.fromkeys(EVIDENCE, _TEXT),
        "dnsbl": {"type": "object", "additionalProperties": {"anyOf": [_TEXTS, {"const": []}]}},
    }
    expected = {**dict.fromkeys(EXPECTED, _TEXT), "action": {"enum": list(VERDICTS)}}
    attributes = {"type": "object", "additionalProperties": _TEXT}
    found = {"request": attributes, "evidence": _object(evidence)}
    found["expect"] = {**_object(expected), "minProperties": 1}
    return {**_object(found), "required": ["request", "expect"]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}
