"""index: where the rules that may fire for a message are looked up by what is in its header.

The anchors of rules (see `anchors`) are kept by field and by their first
characters. The cost of a look-up depends on the length of the text, not on the
number of rules.
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
"""With fewer prefixes than this, each is looked for in the text; with more of one
length, each piece of the text is looked up among them."""


def look_up(text: str, length: int, table: Table, hits: set[int]) -> None:
    """Adds to `hits` the rules of every prefix that is somewhere in `text`."""
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
