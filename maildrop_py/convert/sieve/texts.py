"""texts: Sieve's match types as tests of text, and as patterns of RE2.

What has no equal raises NotTranslatable: a comparison of texts by order, a pattern that
RE2 refuses.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.marks import is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.numbers import number_pattern
from maildrop_py.rules.matching.engine import BadExpression, compiled

CASEMAPS = ("i;ascii-casemap", "i;unicode-casemap")
OCTET, NUMERIC = "i;octet", "i;ascii-numeric"
EXISTS = {"exists": True}


class TextTests:
    """Makes the tests of one header test; `groups` names what is captured, by its number."""

    def __init__(self, match: str, comparator: str, relation: str, groups: dict[int, str]) -> None:
        self._match = match
        self._comparator = comparator
        self._relation = relation.lower()
        self._groups = groups

    def of(self, keys: list[str]) -> list[Any]:
        """Tests of which one must pass; EXISTS is one that any value passes."""
        if any(is_marked(key) for key in keys):
            raise NotTranslatable("a text is compared with what is only known when mail comes")
        found: list[Any] = []
        for key in keys:
            one = self._one(key)
            last = found[-1] if found else None
            if (
                isinstance(one, dict)
                and isinstance(last, dict)
                and set(one) == set(last) != {"exists"}
            ):
                kind = next(iter(one))
                found[-1] = {kind: [*_listed(last[kind]), *_listed(one[kind])]}
            elif one not in found:
                found.append(one)
        return [EXISTS] if EXISTS in found else found

    def _one(self, key: str) -> Any:
        if self._comparator == NUMERIC:
            return self._numeric(key)
        if self._comparator not in (*CASEMAPS, OCTET):
            raise NotTranslatable(f"the comparator {self._comparator}")
        if self._match == "value":
            if self._relation != "eq":
                raise NotTranslatable(f"texts are compared by order (:value {self._relation!r})")
            return self._plain("is", key)
        if self._match in ("is", "contains"):
            return self._plain(self._match, key)
        if self._match == "matches":
            return self._matches(key)
        if self._match == "regex":
            return checked(self._case + posix(key, self._groups))
        raise NotTranslatable(f"the match type :{self._match}")

    @property
    def _case(self) -> str:
        return "(?-i)" if self._comparator == OCTET else ""

    def _numeric(self, key: str) -> str:
        relation = {"is": "eq", "value": self._relation}.get(self._match)
        if relation is None or not key.isdigit():
            raise NotTranslatable("a comparison of numbers that are none")
        return checked(number_pattern(relation, int(key)))

    def _plain(self, kind: str, key: str) -> Any:
        if kind == "contains" and not key:
            return EXISTS
        if self._comparator == OCTET and key.lower() != key.upper():
            return {kind: key, "case": True}
        return {kind: key}

    def _matches(self, key: str) -> Any:
        if key.strip("*") == "" and key and not self._groups:
            return EXISTS
        simple = not self._groups and "\\" not in key and self._comparator != OCTET
        if simple:
            return {"glob": key}
        return checked(self._case + glob_pattern(key, self._groups))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def checked(pattern: str) -> str:
    """`pattern` if RE2 takes it."""
    try:
        compiled(pattern)
    except BadExpression as error:
        raise NotTranslatable(f"RE2 says: {error}") from None
    return pattern


def glob_pattern(key: str, groups: dict[int, str] | None = None) -> str:
    """A `:matches` pattern (RFC 5228 2.7.1): a star takes as little as it can."""
    found, number, at = "", 0, 0
    while at < len(key):
        char = key[at]
        at += 1
        if char in "*?":
            number += 1
            inner = "(?s:.*?)" if char == "*" else "(?s:.)"
            found += _group(groups, number, inner)
        elif char == "\\" and at < len(key):
            found += re.escape(key[at])
            at += 1
        else:
            found += re.escape(char)
    return f"^{_group(groups, 0, found)}$"


def _group(groups: dict[int, str] | None, number: int, inner: str) -> str:
    """`inner`, in a group if its number is wanted."""
    return f"(?P<{groups[number]}>{inner})" if groups and number in groups else inner


def posix(pattern: str, groups: dict[int, str] | None = None) -> str:
    """A POSIX extended expression in RE2's words; its groups named where `groups` is."""
    found, at, number = "", 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "[":
            end = _end_of_class(pattern, at)
            found += pattern[at:end].replace("\\", "\\\\")
            at = end
            continue
        if char == "\\" and at + 1 < len(pattern):
            found += _escaped(pattern[at + 1])
            at += 2
            continue
        if char == "(":
            number += 1
            found += f"(?P<{groups[number]}>" if groups and number in groups else "(?:"
        else:
            found += char
        at += 1
    return _group(groups, 0, found)


def _escaped(char: str) -> str:
    if char in "<>":
        return "\\b"
    if char.isdigit():
        raise NotTranslatable("an expression refers back to what it has matched")
    return "\\" + char if not char.isalnum() or char in "wWsSbB" else char


def _end_of_class(pattern: str, at: int) -> int:
    """Where the class that begins at `at` ends."""
    found = re.compile(r"\[\^?\]?(?:\[[:.=].*?[:.=]\]|[^]])*\]").match(pattern, at)
    if found is None:
        raise NotTranslatable("a class in an expression does not end")
    return found.end()
