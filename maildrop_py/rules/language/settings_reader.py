"""settings_reader: reads the keys of a rules file that are not rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maildrop_py.evidence.networks import parse_network
from maildrop_py.message import ip
from maildrop_py.message.spam import FILTERS
from maildrop_py.record import replace
from maildrop_py.rules.language import scanner_settings
from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.language.special_use import SIGN, USUAL
from maildrop_py.rules.language.template_reader import parse_folder
from maildrop_py.rules.matching.comparison import AGES
from maildrop_py.translation import text as translated

SPECIAL_USES = rf"^\\?(?i:{'|'.join(USUAL)})$"
LAYOUTS = ("maildir++", "fs")
ENCODINGS = ("imap-utf-7", "utf-8")
DELIMITERS = "!#$%&'*+-/=?^_`{|}~."
SLOWEST = 60
"""Seconds: the longest DNS budget that still leaves a delivery its own time."""


def read_setting(settings: Settings, key: str, node: Node, scope: Scope) -> Settings:
    """`settings` with one key of the file in it; raises Mistake."""
    changes = _READERS[key](node, scope)
    if "layout" in changes:
        scope.layout = changes["layout"]
    if "allow_commands" in changes:
        scope.allow_commands = changes["allow_commands"]
    return replace(settings, **changes)


def _trust(node: Node, scope: Scope) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for key, value in node.pairs():
        name = key.choice(("networks", "authserv_ids", "spam_filters"), "kind of trust")
        items = value.items() if value.kind == "list" else [value]
        if name == "networks":
            changes[name] = tuple(_network(item) for item in items)
        elif name == "spam_filters":
            changes[name] = tuple(item.choice(tuple(FILTERS), "spam filter") for item in items)
        else:
            changes[name] = tuple(item.text().lower() for item in items)
    return changes


def _network(node: Node) -> str:
    try:
        return parse_network(node.text()).text
    except ValueError:
        raise node.mistake(
            "{written!r} is not a network", "such as 192.0.2.0/24", written=node.text()
        ) from None


def _dns(node: Node, scope: Scope) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for key, value in node.pairs():
        name = key.choice(("timeout", "nameservers"), "DNS setting")
        if name == "timeout":
            changes["dns_timeout"] = _seconds(value)
        else:
            changes[name] = tuple(_nameserver(item) for item in value.alternatives())
    return changes


def _seconds(node: Node) -> float:
    seconds = node.number()
    if not 0 < seconds <= SLOWEST:
        raise node.mistake(
            "the DNS budget is out of range",
            translated("seconds, above 0, at most {most}", most=SLOWEST),
        )
    return float(seconds)


def _nameserver(node: Node) -> str:
    """`127.0.0.1`, `127.0.0.1:5353`, `::1` or `[::1]:5353`."""
    text = node.text()
    host, port = text, "53"
    if text.startswith("[") and "]" in text:
        host, _, behind = text[1:].partition("]")
        port = behind.removeprefix(":") if behind else port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    if ip.parse(host) is None or not is_port:
        raise node.mistake(
            "{written!r} is not a name server",
            'such as 127.0.0.1 or "127.0.0.1:5353"',
            written=text,
        )
    return text


def _delimiter(node: Node) -> str:
    """Characters that may be in the local part of an address (RFC 5322 3.2.3), no letters."""
    text = node.text()
    if not set(text) <= set(DELIMITERS):
        raise node.mistake(
            "{written!r} cannot separate an extension", 'such as "+", "-" or "+-"', written=text
        )
    return text


def _notice(node: Node, scope: Scope) -> dict[str, Any]:
    """A time such as `1h` or `2d`; false for never."""
    if node.kind == "boolean" and not node.boolean():
        return {"broken_rules_notice": 0.0}
    text = node.text()
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = text[len(number) :]
    if not number.isascii() or not number.isdigit() or unit not in AGES or not int(number):
        raise node.mistake(
            "{written!r} is not a time", "such as 1h or 2d, or false for never", written=text
        )
    return {"broken_rules_notice": int(number) * float(AGES[unit])}


def _path(node: Node) -> str:
    if not node.text():
        raise node.mistake("a path must be here", "such as ~/Maildir")
    return node.text()


def _store(node: Node) -> str:
    """`redis:///path/of/socket`, `redis://host` or `redis://host:port`; raises Mistake."""
    text = node.text()
    hint = translated("such as redis:///run/redis/redis.sock or redis://192.0.2.5:6379")
    if not text.startswith("redis://") or not text[8:].strip("/"):
        raise node.mistake("{written!r} is not a store", hint, written=text)
    port = "" if text[8] == "/" else text[8:].rpartition("]")[2].partition(":")[2]
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise node.mistake("{port!r} is not a port", hint, port=port)
    return text


def _uses(node: Node, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Special uses, each with its folder."""
    found = []
    for key, value in node.pairs():
        use = key.text().removeprefix(SIGN).lower()
        if use not in USUAL:
            raise key.mistake(
                "unknown special use {written}", suggestion(use, USUAL), written=key.text()
            )
        parse_folder(value, scope)
        found.append((use, value.text()))
    return tuple(found)


def _texts(name: str) -> Callable[[Node, Scope], dict[str, Any]]:
    return lambda node, scope: {name: tuple(text.lower() for text in node.texts())}


_READERS: dict[str, Callable[[Node, Scope], dict[str, Any]]] = {
    "maildir": lambda node, scope: {"maildir": _path(node)},
    "layout": lambda node, scope: {"layout": node.choice(LAYOUTS, "layout")},
    "folder_encoding": lambda node, scope: {"folder_encoding": node.choice(ENCODINGS, "encoding")},
    "trust": _trust,
    "dns": _dns,
    "me": _texts("me"),
    "server_names": _texts("server_names"),
    "recipient_delimiter": lambda node, scope: {"recipient_delimiter": _delimiter(node)},
    "sendmail": lambda node, scope: {"sendmail": _path(node)},
    "allow_commands": lambda node, scope: {"allow_commands": node.boolean()},
    "subscribe": lambda node, scope: {"subscribe": node.boolean()},
    "broken_rules_notice": _notice,
    "countries": lambda node, scope: {"countries": scope.path(node)},
    "store": lambda node, scope: {"store": _store(node)},
    "special_use": lambda node, scope: {"special_use": _uses(node, scope)},
    "scanners": lambda node, scope: scanner_settings.read(node),
}

SETTINGS = tuple(_READERS)

SCHEMA: dict[str, Any] = {
    "maildir": {"type": "string", "description": "the Maildir, such as ~/Maildir"},
    "layout": {"enum": list(LAYOUTS)},
    "folder_encoding": {"enum": list(ENCODINGS)},
    "trust": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "networks": {"$ref": "#/$defs/texts"},
            "authserv_ids": {"$ref": "#/$defs/texts"},
            "spam_filters": {
                "anyOf": [
                    {"enum": list(FILTERS)},
                    {"type": "array", "items": {"enum": list(FILTERS)}},
                ]
            },
        },
    },
    "dns": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": SLOWEST},
            "nameservers": {"$ref": "#/$defs/texts"},
        },
    },
    "me": {"$ref": "#/$defs/texts", "description": "my addresses and domains"},
    "server_names": {"$ref": "#/$defs/texts", "description": "names of my mail servers"},
    "recipient_delimiter": {
        "type": "string",
        "pattern": r"^[!#$%&'*+\-/=?^_`{|}~.]*$",
        "description": "each of these ends the user's name in an address; '' for none",
    },
    "sendmail": {"type": "string"},
    "allow_commands": {"type": "boolean"},
    "subscribe": {"type": "boolean"},
    "broken_rules_notice": {
        "anyOf": [{"const": False}, {"type": "string", "pattern": "^[0-9]+[a-z]+$"}],
        "description": "how long rules must be broken until a message says so; false: never",
    },
    "countries": {"type": "string", "description": "made by `maildrop-py country build`"},
    "store": {"type": "string", "pattern": "^redis://.", "description": "shared by hosts"},
    "special_use": {
        "type": "object",
        "propertyNames": {"pattern": SPECIAL_USES},
        "additionalProperties": {"$ref": "#/$defs/folder"},
        "description": "which folder is for junk, trash and so on",
    },
    "scanners": scanner_settings.SCHEMA,
}
