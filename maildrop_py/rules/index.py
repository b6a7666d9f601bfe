"""index: which rules have an anchor in a text; the cost does not grow with the rules.

The anchors of a field stand in tables. With few of them, each is looked for in
the text; with many, each piece of the text is looked up among them.
"""

from __future__ import annotations

Table = dict[str, int | tuple[int, ...]]
"""The first so many characters of an anchor -> the number of its rule, or several."""

Index = dict[str, dict[int, Table]]
"""field -> how many characters -> table; ANY for the one table of a field with FEW anchors."""

ANY = 0

LENGTHS = (32, 24, 16, 12, 8, 6, 5, 4, 3, 2)
"""How much of an anchor is looked up: the first of these that it is long enough for.
A text is gone through once for each length that a field's anchors have."""

FEW = 64
"""Prefixes in a table, or in all tables of a field."""


def look_up(text: str, length: int, table: Table, hits: set[int]) -> None:
    """Adds to `hits` the rules of every prefix that stands somewhere in `text`."""
    if len(table) < FEW:
        found = [numbers for prefix, numbers in table.items() if prefix in text]
    else:
        pieces = (text[at : at + length] for at in range(len(text) - length + 1))
        found = list({table[piece] for piece in pieces if piece in table})
    for numbers in found:
        if isinstance(numbers, int):
            hits.add(numbers)
        else:
            hits.update(numbers)
