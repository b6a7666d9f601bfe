"""layers: one colour for one thing in all pictures, and the legend that says which."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element
from maildrop_py.report.statistics.places import colours

FREE = (0, 1, 2, 3, 6, 7, 5)
"""Colours of what has none of its own, in their order; grey is for others."""


def kinds_of(layers: tuple[str, ...]) -> list[str]:
    """The CSS class of each layer: what has a colour of its own has it in every picture."""
    known = colours()
    taken = {known[layer] for layer in layers if layer in known}
    free = [colour for colour in FREE if colour not in taken] or list(FREE)
    found, at = [], 0
    for layer in layers:
        if layer not in known:
            found.append(f"c{free[at % len(free)]}")
            at += 1
        else:
            found.append(f"c{known[layer]}")
    return found


def legend(layers: tuple[str, ...]) -> Markup:
    """What each colour means; nothing where there is one layer."""
    if len(layers) < 2:
        return Markup()
    items = [
        element("li", element("i", class_=kind), layer)
        for layer, kind in zip(layers, kinds_of(layers), strict=True)
    ]
    return element("ul", *items, class_="legend")
