"""glance: one look at a header for all the fields that the index of a program asks about.

Asked for one by one, fields take most of their time in Python's own steps. This
finds all of them by one expression, and takes a value as it stands where that
is what decoding would come to. For programs that go through many messages: one
delivery is over before `re` is loaded.

Guarantee: the values and texts are what `Facts.values` and `Facts.folded` come
to without them. Left out, and to be asked of the Facts, are headers with a value
that has encoded words, or characters that are neither printable ASCII nor tabs,
and fields that are addresses or the envelope's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maildrop_py.message.headers import Headers

Values = dict[str, list[str]]
"""name in lower case -> the decoded values of all headers with that name."""

Texts = dict[str, str]
"""field -> the case-folded text to look anchors up in."""

_BEFORE_COLON = r"(?:[ \t\r\v\f]|\n[ \t])*+"
_VALUE = r"(.*+(?:\n[ \t].*+)*+)"


class Glance:
    """Looks for `fields`, named as in `Facts.folded`."""

    def __init__(self, fields: Iterable[str]) -> None:
        plain = [field for field in fields if " " not in field and field.isascii()]
        self._names_of = [(field, field.lower().split(":")) for field in plain]
        names = {name for _, names in self._names_of for name in names}
        self._absent: Values = {name: [] for name in names}
        expression = rf"\n{_any_of(names)}{_BEFORE_COLON}:{_VALUE}" if names else "(?!)"
        self._find = re.compile(expression, re.ASCII).findall

    def look(self, headers: Headers) -> tuple[Values, Texts]:
        """Values and texts as far as they can be told from a look."""
        values = self._absent.copy()
        unclear: list[str] = []
        for name, raw in self._find("\n" + str(headers.lines, "latin-1")):
            name = name.lower()
            value = raw.strip(" \t\r\n")
            if not _is_clear(value):
                value = value.replace("\r\n", "").replace("\n", "").replace("\t", " ")
                if not _is_clear(value):
                    unclear.append(name)
            values[name] = [*values[name], value] if values[name] else [value]
        for name in unclear:
            values.pop(name, None)
        return values, self._texts(values)

    def _texts(self, values: Values) -> Texts:
        texts: Texts = {}
        for field, names in self._names_of:
            try:
                found = [value for name in names for value in values[name]]
            except KeyError:
                continue
            texts[field] = "\n".join(found).lower() if found else ""
        return texts


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
