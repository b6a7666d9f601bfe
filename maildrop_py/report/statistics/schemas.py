"""schemas: what `stats --json` prints, as JSON Schemas."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}
NESTED: Schema = {"type": "object", "description": "counts by name, in objects within each other"}
BY_PLACE: Schema = {
    "type": "object",
    "additionalProperties": COUNTS,
    "description": "by name, then by where the mail went: inbox, folders (others), junk, "
    "programs, discarded, rejected",
}
STATISTICS: Schema = {
    "first": TEXT,
    "last": TEXT,
    "messages": COUNT,
    "bytes": COUNT,
    "unreadable": COUNT,
    **dict.fromkeys(("results", "folders", "rules", "reasons", "days", "filed_mail"), COUNTS),
    "hours": {
        "type": "array",
        "items": {"type": "array", "items": COUNT},
        "description": "messages of each hour, on each weekday from Monday on, local time",
    },
    **dict.fromkeys(("lists", "sender_domains", "spf", "dnsbl", "client_domains"), BY_PLACE),
    **dict.fromkeys(("client_countries", "helo", "s25r", "dynamic"), BY_PLACE),
    "deferred": {
        "type": "object",
        "properties": {
            "now": COUNT,
            "seconds": {
                "type": "array",
                "items": {"type": "number"},
                "description": "the least, the quartiles and the most that deferred mail took",
            },
        },
    },
}
NAMES: Schema = {
    **dict.fromkeys(("senders", "hosts"), BY_PLACE),
    **dict.fromkeys(("recipients", "failures", "warnings"), COUNTS),
}
"""What is empty with --anonymous."""
POLICY: Schema = {
    "recipients": COUNT,
    "told": {**COUNTS, "description": "passed, tarpit, come_again, refused"},
    "outcomes": COUNTS,
    "sent_after_tarpit": COUNT,
    "median_wait": {"type": ["number", "null"], "description": "seconds; null if nobody came back"},
    "unreadable": COUNT,
}
LEARNING: Schema = {**dict.fromkeys(("spam", "ham", "tokens"), COUNT), "trials": COUNTS}
ROWS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "number"}},
    "description": "by name; bytes, and seconds for delay, most_delay and most_seconds",
}
FLOWS: Schema = {**COUNTS, "description": "received, delivered, deferred, bounced, rejected"}
OUTCOMES: Schema = {"type": "object", "additionalProperties": COUNTS}
CONNECTIONS: Schema = {
    **dict.fromkeys(("number", "seconds", "hosts"), COUNT),
    "outcomes": {**COUNTS, "description": "brought_mail, left, greylisted, refused"},
    "hours": {"type": "array", "items": COUNTS},
    **dict.fromkeys(("top_level_domains", "countries", "helo"), OUTCOMES),
    "per_host": {**COUNTS, "description": "how many hosts came so often"},
}
MAILLOG: Schema = {
    "first": TEXT,
    "last": TEXT,
    "lines": COUNT,
    "other_lines": {**COUNT, "description": "lines that Postfix did not write"},
    "messages": COUNTS,
    "exact": {"type": "boolean", "description": "false: there are more names than are counted"},
    "days": {"type": "object", "additionalProperties": FLOWS},
    "hours": {"type": "array", "items": FLOWS},
    "status_codes": NESTED,
}
MAILLOG_NAMES: Schema = {
    **dict.fromkeys(("senders", "sender_domains", "recipients", "recipient_domains"), ROWS),
    **dict.fromkeys(("deferrals", "bounces", "refusals", "problems"), NESTED),
}
"""What --anonymous leaves out."""


def statistics_schema() -> Schema:
    """Of the delivery log, and of a Maildir."""
    whole = _object(STATISTICS | NAMES)
    more = {
        "before": {**whole, "description": "the period before, where one was asked for"},
        "policy": _object(POLICY),
        "learning": _object(LEARNING),
    }
    return {**whole, "properties": whole["properties"] | more}


def maillog_schema() -> Schema:
    """Of Postfix's log."""
    connections = _object(CONNECTIONS)
    connections["properties"]["domains"] = ROWS
    return _object(MAILLOG | {"connections": connections}, MAILLOG_NAMES)


def _object(properties: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": list(properties),
    }
