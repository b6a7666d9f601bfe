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
_NUMBERS = ("size", "seconds", "spam_score", "score")
_KINDS = (int, float)


def is_well_formed(entry: dict[str, Any]) -> bool:
    """Whether all fields that are counted are texts, lists and numbers as they should be."""
    get = entry.get
    for name in _TEXTS:
        value = get(name)
        if value is not None and type(value) is not str:
            return False
    for name in _LISTS:
        value = get(name)
        if value and not _is_list_of_texts(value):
            return False
    for name in _NUMBERS:
        value = get(name)
        if value is not None and (type(value) not in _KINDS or not isfinite(value)):
            return False
    asked = get("evidence")
    return not asked or _is_evidence(asked)


def _is_list_of_texts(value: Any) -> bool:
    return type(value) is list and all(type(each) is str for each in value)


def _is_evidence(asked: Any) -> bool:
    if type(asked) is not dict:
        return False
    lists = asked.get("dnsbl")
    if lists and not _is_list_of_texts(lists):
        return False
    texts = asked.get("spf"), asked.get("reverse_name")
    return all(value is None or type(value) is str for value in texts)
