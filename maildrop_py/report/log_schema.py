"""log_schema: what each field of the delivery log means, as a JSON Schema.

`maildrop-py schema log` prints it. A line with a higher `version` may mean other
things by the same names; within one version, fields are only added.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.report.log_entry import COMMANDS, FEW, RESULTS, VERSION


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _maybe(kind: str, description: str) -> dict[str, Any]:
    return {"type": [kind, "null"], "description": description}


def _texts(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description}


EVIDENCE = {
    "spf": _text("the result of SPF"),
    "reverse_name": _text('the verified reverse name of the client, "" if it has none'),
    "helo": _texts("the kinds of the HELO name"),
    "dnsbl": _texts("the DNS lists that have the client"),
    "duplicate": {"type": "boolean", "description": "the Message-ID was delivered before"},
}

ALWAYS: dict[str, dict[str, Any]] = {
    "version": {"const": VERSION, "description": "of this format; without it, version 1"},
    "time": {"type": "string", "format": "date-time", "description": "UTC, when it was done"},
    "command": {"enum": list(COMMANDS), "description": "what did it"},
    "result": {
        "enum": list(RESULTS),
        "description": "of new mail: delivered (to folders, programs or addresses), discarded, "
        "rejected, or deferred (the mail server tries again); of filed mail: refiled (moved, "
        "copied, deleted, or flags changed), imported, undone or failed",
    },
    "message_id": _text('the Message-ID, "" if there is none'),
    "sender": _maybe("string", 'the envelope sender; "" is the null sender, null unknown'),
    "recipient": _maybe("string", "the envelope recipient"),
    "size": _maybe("integer", "bytes, of new mail"),
    "rule": _maybe("string", "the rule that ended the run; null if none did"),
    "actions": _texts("what was done, in words"),
    "folders": _texts("the folders that it was filed into, copies first"),
    "reject": _maybe("string", "the text for the sender of a rejected message"),
    "reasons": _texts("each rule that fired, and what its conditions ask"),
    "paths": _texts("the message files"),
    "warnings": _texts("what went wrong without preventing it"),
}

SOMETIMES: dict[str, dict[str, Any]] = {
    "error": _text("why it failed, for deferred and failed"),
    "subject": _text("Subject, decoded"),
    "from": _text("From, decoded"),
    "list_id": _text("List-Id, decoded"),
    "client_address": _text("IP address of the SMTP client"),
    "client_name": _text('its verified reverse name, as the mail server said, or ""'),
    "helo": _text('its HELO name, or ""'),
    "evidence": {
        "type": "object",
        "properties": EVIDENCE,
        "description": "answers to what rules asked; what no rule asked is not there",
    },
    "score": _maybe("number", "what rules added to the spam score"),
    "spam_score": {
        "type": "number",
        "description": "the spam score: what rules added, and the filter's if a rule asked",
    },
    "attachments": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": _text('the file name, "" if it has none'),
                "type": _text("the media type"),
                "size": {"type": "integer", "description": "bytes, encoded"},
            },
        },
        "description": f"the first {FEW} attached files, if a rule asked for them",
    },
    "flags": _texts("flags and keywords, as rules write them"),
    "answers": _texts("automatic answers and notifications, or why there is none"),
    "moved_from": _text("the path that a filed message had before"),
    "run": _text("the run, for `maildrop-py undo`"),
    "seconds": {"type": "number", "description": "how long delivery took"},
}


def log_schema() -> dict[str, Any]:
    """The schema of one line of the log."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"maildrop-py delivery log, version {VERSION}",
        "description": "One JSON object a line. Texts that are too long end in …",
        "type": "object",
        "properties": ALWAYS | SOMETIMES,
        "required": list(ALWAYS),
    }
