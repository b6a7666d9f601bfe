"""header_scan: one pass over a header for all the fields that the index of a program asks about.

Asked for one by one, fields take most of their time in Python's own steps. This
finds all of them by one expression, and takes a value as it is written where
decoding would change nothing. For programs that go through many messages: one
delivery is over before `re` is loaded.

Guarantee: the values, and the anchors found in them, are the same as by asking the
Facts field by field. Left out, and to be asked of the Facts, are headers with a
value that has encoded words, or characters that are neither printable ASCII nor
tabs, and fields that are addresses or the envelope's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maildrop_py.message.headers import Headers
from maildrop_py.rules.program.index import Index, Table, look_up

Values = dict[str, list[str]]
"""name in lower case -> the decoded values of all headers with that name."""

Scanned = tuple[Values, set[int], Iterable[str]]
"""The values that are clear, the rules that have an anchor in one of them, and the
fields of the index that are left to be asked for."""

_BEFORE_COLON = r"(?:[ \t\r\v\f]|\n[ \t])*+"
_VALUE = r"(.*+(?:\n[ \t].*+)*+)"


class HeaderScan:
    """Looks for the fields of `index` in one header after another."""

    def __init__(self, index: Index) -> None:
        self._left = [field for field in index if " " in field or not field.isascii()]
        self._fields: dict[str, list[str]] = {}
        self._tables: dict[str, list[tuple[int, Table]]] = {}
        for field in index.keys() - self._left:
            for name in field.lower().split(":"):
                self._fields.setdefault(name, []).append(field)
                self._tables.setdefault(name, []).extend(index[field].items())
        self._absent: Values = {name: [] for name in self._fields}
        names = _any_of(self._fields)
        self._find = re.compile(rf"\n{names}{_BEFORE_COLON}:{_VALUE}", re.ASCII).findall

    def scan(self, headers: Headers) -> Scanned:
        """What can be seen of a message without decoding anything."""
        values = self._absent.copy()
        hits: set[int] = set()
        if not values:
            return values, hits, self._left
        found: list[str] = []
        unclear: list[str] = []
        for name, raw in self._find("\n" + str(headers.lines, "latin-1")):
            name = name.lower()
            value = raw.strip(" \t\r\n")
            if not _is_clear(value):
                value = value.replace("\r\n", "").replace("\n", "").replace("\t", " ")
                if not _is_clear(value):
                    unclear.append(name)
                    continue
            if values[name]:
                values[name].append(value)
            else:
                values[name] = [value]
                found.append(name)
        for name in found:
            text = "\n".join(values[name]).lower()
            for length, table in self._tables[name]:
                look_up(text, length, table, hits)
        return values, hits, self._without(unclear, values) if unclear else self._left

    def _without(self, unclear: list[str], values: Values) -> Iterable[str]:
        """Takes the `unclear` names out of `values`; returns the fields to be asked for."""
        fields = set(self._left)
        for name in unclear:
            values.pop(name, None)
            fields.update(self._fields[name])
        return fields


def _is_clear(value: str) -> bool:
    """Whether an unfolded value is its own decoding."""
    return value.isprintable() and value.isascii() and "=?" not in value


def _any_of(names: Iterable[str]) -> str:
    """An expression for one of `names`; most lines are done with after one letter."""
    tails: dict[str, list[str]] = {}
    for name in sorted(names):
        tails.setdefault(name[:1], []).append(re.escape(name[1:]))
    by_letter = [f"(?i:{re.escape(first)}(?:{'|'.join(rest)}))" for first, rest in tails.items()]
    letters = re.escape("".join(tails) + "".join(tails).upper())
    return f"(?=[{letters}])({'|'.join(by_letter)})"
