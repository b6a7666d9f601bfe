"""well_formed: whether an entry of the log has fields of the kinds that they should be of.

Anything may stand in a file. What is counted is looked at first, as a whole, so that an entry
counts or does not count, and never half.
"""

from __future__ import annotations

from math import isfinite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TEXTS = (
    *("time", "command", "result", "message_id", "sender", "recipient", "rule", "list_id"),
    *("error", "reject", "client_address", "client_name", "helo"),
)
_LISTS = ("folders", "reasons", "warnings", "actions")
_AMOUNTS = ("size", "seconds", "spam_score", "score")
_TEXT = {str, type(None)}
_NUMBER = {int, float, type(None)}


def is_well_formed(entry: dict[str, Any]) -> bool:
    """Whether all fields that are counted are texts, lists and numbers as they should be."""
    get = entry.get
    if not _TEXT.issuperset(map(type, map(get, _TEXTS))):
        return False
    numbers = [*map(get, _AMOUNTS)]
    kinds = {*map(type, numbers)}
    if not kinds <= _NUMBER or (float in kinds and not _are_finite(numbers)):
        return False
    for value in map(get, _LISTS):
        if value and not _is_list_of_texts(value):
            return False
    asked = get("evidence")
    return not asked or _is_evidence(asked)


def _are_finite(numbers: list[Any]) -> bool:
    return all(map(isfinite, filter(None, numbers)))


def _is_list_of_texts(value: Any) -> bool:
    return type(value) is list and {*map(type, value)} == {str}


def _is_evidence(asked: Any) -> bool:
    if type(asked) is not dict:
        return False
    lists = asked.get("dnsbl")
    if lists and not _is_list_of_texts(lists):
        return False
    return _TEXT.issuperset((type(asked.get("spf")), type(asked.get("reverse_name"))))
