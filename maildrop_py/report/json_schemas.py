"""json_schemas: the objects that commands print with --json, as JSON Schemas.

Each has a version in its title, which is counted up where a reader of the older one
would read something wrong; fields may be added without that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maildrop_py.report.log_schema import log_schema
from maildrop_py.report.statistics.schemas import maillog_schema, statistics_schema
from maildrop_py.rules.language.schema import schema as rules_schema

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}


def _maybe(kind: str) -> Schema:
    return {"type": [kind, "null"]}


ROW: Schema = {
    "path": {**TEXT, "description": "the message; `file#number` in a mailbox file"},
    "rule": {**_maybe("string"), "description": "the rule that ended the run"},
    "action": {"enum": ["file", "discard", "reject", "forward", "pipe", "defer"]},
    "folder": {**_maybe("string"), "description": "where it is finally filed"},
    "flags": {**TEXTS, "description": "flags and keywords, as rules write them"},
    "copies": {**TEXTS, "description": "folders that get a copy"},
    "spam_score": _maybe("number"),
    "spf": {**_maybe("string"), "description": "the result of SPF, if a rule asked"},
    "reasons": {**TEXTS, "description": "each rule that fired, and what its conditions ask"},
    "actions": {
        "type": "array",
        "items": {"type": "object", "properties": {"do": TEXT}, "required": ["do"]},
        "description": "all that is done, in order; `do` is what rules call it: file (copies "
        "too), forward, pipe, add_header, remove_header, rename_header, filter, reject, defer, "
        "discard, learn, vacation, reply, notify",
    },
}
TALLY: Schema = {
    **dict.fromkeys(("changed", "stay", "gone", "failed"), COUNT),
    "not_allowed": COUNTS,
}
RUN: Schema = {
    "run": {**TEXT, "description": "the name, for `maildrop-py undo`"},
    "time": {"type": "string", "format": "date-time"},
    "command": TEXT,
    "messages": COUNT,
    "put_back": COUNT,
    "maildir": TEXT,
}
UNDONE: Schema = {
    "do": TEXT,
    "from": _maybe("string"),
    "to": _maybe("string"),
    "rule": _maybe("string"),
    "outcome": {**TEXT, "description": "what became of it, in words"},
}
FINDING: Schema = {
    "level": {"enum": ["ok", "warning", "wrong"]},
    **dict.fromkeys(("about", "text", "remedy"), TEXT),
}


def _object(properties: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": list(properties),
    }


def _dry_run() -> Schema:
    change = _object({"path": TEXT, "now": _object(ROW), "then": _object(ROW)})
    return {
        "description": "One a line; with --against, only what would change.",
        "if": {"required": ["now"]},
        "then": change,
        "else": _object(ROW),
    }


def _refile() -> Schema:
    summary = _object({"summary": _object(TALLY), "undo": _maybe("string")})
    return {
        "description": "One a line for each message that is changed; the last is a summary.",
        "if": {"required": ["summary"]},
        "then": summary,
        "else": _object(ROW, {"to": {**TEXT, "description": "the new path"}}),
    }


def _undo() -> Schema:
    return {
        "description": "One a line for each message; with --list, for each run.",
        "if": {"required": ["run"]},
        "then": _object(RUN),
        "else": _object(UNDONE),
    }


def _policy_dry_run() -> Schema:
    counts = ("requests", "deferred", "came_back", "never_came_back", "let_in_then")
    by_rule = {
        "type": "object",
        "additionalProperties": COUNTS,
        "description": "by rule, how many recipients had each result",
    }
    wait = {**_maybe("number"), "description": "seconds; null if nobody came back"}
    return _object({**dict.fromkeys(counts, COUNT), "rules": by_rule, "median_wait": wait})


def _convert() -> Schema:
    differs = _object({"name": TEXT, "different": TEXTS})
    gap = _object({"line": COUNT, "reason": TEXT})
    return {
        "description": "The proof that --prove makes: messages by their names.",
        **_object(
            {
                "equal": COUNT,
                "differ": {"type": "array", "items": differs},
                "too_slow": {**TEXTS, "description": "the original did not end in time"},
                "never_fired": {**TEXTS, "description": "rules that no message met"},
                "gaps": {"type": "array", "items": gap},
            }
        ),
    }


def _survey() -> Schema:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    rate = _object(
        {
            "held": COUNT,
            "asked": {**COUNT, "description": "messages of which it is known"},
            "unknown": COUNT,
            "low": {**share, "description": "95 %: the true share is at least this"},
            "high": {**share, "description": "95 %: the true share is at most this"},
        }
    )
    return {
        "description": "One a line, for each condition.",
        **_object(
            {
                "condition": TEXT,
                "ham": rate,
                "spam": rate,
                "points": {"type": "number", "description": "5 together: spam is as likely as ham"},
            }
        ),
    }


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "rules": rules_schema,
    "log": log_schema,
    "why": log_schema,
    "dry-run": _dry_run,
    "refile": _refile,
    "undo": _undo,
    "stats": statistics_schema,
    "maillog": maillog_schema,
    "doctor": lambda: _object(FINDING),
    "policy-dry-run": _policy_dry_run,
    "convert": _convert,
    "survey": _survey,
}
"""By what `maildrop-py schema` calls them; those of commands are for their --json."""

COMMAND_LINES = {"policy-dry-run": "policy --dry-run", "maillog": "stats --maillog"}


def schema_of(name: str) -> Schema:
    """The schema called `name`."""
    found = SCHEMAS[name]()
    if "$schema" in found:
        return found
    title = f"maildrop-py {COMMAND_LINES.get(name, name)} --json, version 1"
    return {"$schema": DIALECT, "title": title, **found}
