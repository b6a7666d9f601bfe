"""scanner_settings: reads `scanners`, the programs that judge mail when it is delivered.

scanners:
  spamd: unix:/run/spamd.sock
  clamd: {at: 127.0.0.1:3310, max_size: 10MB}
  bogofilter: true
  timeout: 10
"""

from __future__ import annotations

from typing import Any

from maildrop_py.rules.language.document import Node
from maildrop_py.rules.matching.comparison import SIZES, parse_comparison
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

NAMES = ("spamd", "rspamd", "bogofilter", "clamd")
SLOWEST = 60
"""Seconds: the longest time for all scanners that still leaves a delivery its own."""

LARGEST = 1 << 30  # bytes
_ADDRESSES = marked("such as unix:/run/it.sock or 127.0.0.1:11333")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{
            name: {
                "anyOf": [
                    {"type": ["string", "boolean"]},
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "at": {"type": "string"},
                            "controller": {"type": "string"},
                            "max_size": {"type": ["string", "number"]},
                        },
                    },
                ]
            }
            for name in NAMES
        },
        "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": SLOWEST},
    },
}


def read(node: Node) -> dict[str, Any]:
    """What `scanners` changes of the settings; raises Mistake."""
    found: list[tuple[str, str, int]] = []
    changes: dict[str, Any] = {}
    for key, value in node.pairs():
        name = key.choice((*NAMES, "timeout"), "scanner")
        if name == "timeout":
            changes["scan_timeout"] = _seconds(value)
        else:
            found += _scanner(name, value)
    return {**changes, "scanners": tuple(found)}


def _scanner(name: str, node: Node) -> list[tuple[str, str, int]]:
    """The scanner as settings have it; none where it is switched off."""
    if node.kind == "boolean" and not node.boolean():
        return []
    if node.kind != "mapping":
        return [(name, _address(name, node), 0)]
    keys = ("at", "max_size", "controller") if name == "rspamd" else ("at", "max_size")
    parts = {key.choice(keys, "key"): value for key, value in node.pairs()}
    if "at" not in parts and name != "bogofilter":
        raise node.mistake("where is {name}?", f"{{at: …}}, {translated(_ADDRESSES)}", name=name)
    address = _address(name, parts["at"]) if "at" in parts else ""
    if "controller" in parts:
        address += " " + _address(name, parts["controller"])
    return [(name, address, _size(parts["max_size"]) if "max_size" in parts else 0)]


def _address(name: str, node: Node) -> str:
    """Where a scanner is; "" is the program of that name."""
    if name == "bogofilter":
        if node.kind == "boolean":
            return ""
        if not node.text().startswith("/"):
            raise node.mistake(
                "{written!r} is not a program", "true, or /path/of/bogofilter", written=node.text()
            )
        return node.text()
    text = node.text()
    address = text.removeprefix("http://").rstrip("/")
    if not address.startswith("unix:/") and not _is_host(address):
        raise node.mistake(
            "{written!r} is not an address of {name}", _ADDRESSES, written=text, name=name
        )
    return text


def _is_host(address: str) -> bool:
    """Whether it is `host`, `host:port`, `[v6]` or `[v6]:port`."""
    host, _, port = address.partition(":")
    if address.startswith("["):
        host, bracket, behind = address[1:].partition("]")
        if not bracket or (behind and not behind.startswith(":")):
            return False
        port = behind[1:]
    valid = not port or (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536)
    return bool(host) and valid and not any(char in host for char in " /@") and ":" not in port


def _size(node: Node) -> int:
    terms = parse_comparison(node, SIZES).terms
    if len(terms) != 1 or not 1 <= terms[0][1] <= LARGEST:
        raise node.mistake("this is not a size", "such as 5MB, at most 1GB")
    return int(terms[0][1])


def _seconds(node: Node) -> float:
    seconds = node.number()
    if not 0 < seconds <= SLOWEST:
        raise node.mistake(
            "the scanners' time is out of range",
            translated("seconds, above 0, at most {most}", most=SLOWEST),
        )
    return float(seconds)
