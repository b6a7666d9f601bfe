"""texts: Sieve's match types as tests of text, and as patterns of RE2.

What has no equal raises NotTranslatable: a pattern that RE2 refuses, a comparator that
nobody knows.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.marks import is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.fragments import (
    CASEMAPS,
    NUMERIC,
    OCTET,
    Comparison,
    fragment,
    joined,
    order,
    posix,
)
from maildrop_py.convert.sieve.numbers import infinite_pattern, leading_number, number_pattern
from maildrop_py.rules.matching.engine import BadExpression, compiled

EXISTS = {"exists": True}


class TextTests:
    """Makes the tests of one header test, by the words of its comparison."""

    def __init__(self, how: Comparison) -> None:
        self.how = how

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
                and set(one) == set(last)
                and not {"exists", "case"} & set(one)
            ):
                kind = next(iter(one))
                found[-1] = {kind: [*_listed(last[kind]), *_listed(one[kind])]}
            elif one not in found:
                found.append(one)
        return [EXISTS] if EXISTS in found else found

    def patterns(self, keys: list[str]) -> list[str]:
        """The same as expressions over a whole text."""
        if self.how.comparator == NUMERIC:
            return [str(self._numeric(key)) for key in keys]
        return [whole(self.how, key) for key in keys]

    def _one(self, key: str) -> Any:
        how = self.how
        if how.comparator == NUMERIC:
            return self._numeric(key)
        if how.comparator not in (*CASEMAPS, OCTET):
            raise NotTranslatable(f"the comparator {how.comparator}")
        if how.match == "value" and how.relation.lower() == "eq":
            return self._plain("is", key)
        if how.match == "value":
            return checked(
                f"(?-i)^(?:{order(how.relation.lower(), key, how.comparator != OCTET)})$"
            )
        if how.match in ("is", "contains"):
            return self._plain(how.match, key)
        if how.match == "matches":
            return self._matches(key)
        if how.match == "regex":
            return checked(how.case + _whole_group(posix(key, how.groups), how.groups))
        raise NotTranslatable(f"the match type :{how.match}")

    def _numeric(self, key: str) -> Any:
        relation = {"is": "eq", "value": self.how.relation.lower()}.get(self.how.match)
        if relation is None:
            raise NotTranslatable("a comparison of numbers that are none")
        number = leading_number(key)
        pattern = infinite_pattern(relation) if number is None else number_pattern(relation, number)
        return checked(pattern)

    def _plain(self, kind: str, key: str) -> Any:
        if kind == "contains" and not key:
            return EXISTS
        if self.how.comparator == OCTET and key.lower() != key.upper():
            return {kind: key, "case": True}
        return {kind: key}

    def _matches(self, key: str) -> Any:
        groups = self.how.groups
        if key.strip("*") == "" and key and not groups:
            return EXISTS
        simple = not groups and "\\" not in key and self.how.comparator != OCTET
        return {"glob": key} if simple else whole(self.how, key)


def _whole_group(pattern: str, groups: dict[int, str]) -> str:
    return f"(?P<{groups[0]}>{pattern})" if 0 in groups else pattern


def whole(how: Comparison, key: str) -> str:
    """An expression over a whole text."""
    return checked(f"{how.case}^{joined(fragment(how, key))}$")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def checked(pattern: str) -> str:
    """`pattern` if RE2 takes it."""
    try:
        compiled(pattern)
    except BadExpression as error:
        raise NotTranslatable(f"RE2 says: {error}") from None
    return pattern
