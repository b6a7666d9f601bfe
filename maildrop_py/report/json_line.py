"""json_line: one JSON object in one line, without importing `json` on the delivery path.

`json` costs 5 ms to import, a quarter of a whole delivery. Text stays readable
UTF-8; control characters are escaped (RFC 8259 7).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FAR = float("inf")
_escapes: dict[int, str] = {}


def json_line(values: Mapping[str, object]) -> str:
    """The object with its newline; values are texts, numbers, booleans, None, lists or objects."""
    return "{" + ", ".join(f"{_json(key)}: {_json(item)}" for key, item in values.items()) + "}\n"


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if -_FAR < value < _FAR else "null"  # JSON has no infinity
    if isinstance(value, dict):
        return json_line(value)[:-1]
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_json(item) for item in value) + "]"
    text = str(value)
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'  # nearly all: a third of the time of what comes
    if not _escapes:
        _escapes.update(_all_escapes())
    return '"' + text.translate(_escapes).encode("utf-8", "replace").decode() + '"'


def _all_escapes() -> dict[int, str]:
    """What stands for each character that is escaped."""
    escapes = {code: f"\\u{code:04x}" for code in [*range(32), *range(127, 160), 0x2028, 0x2029]}
    return escapes | {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\t"): "\\t"}
