"""layers: one colour for one thing in all pictures, and the legend that says which."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element
from maildrop_py.report.statistics.places import kind_names

COLOURS = 8


def kinds_of(layers: tuple[str, ...]) -> list[str]:
    """The CSS class of each layer: places where mail goes have the same one everywhere."""
    places = kind_names()
    return [
        f"c{places.index(layer) if layer in places else at % COLOURS}"
        for at, layer in enumerate(layers)
    ]


def legend(layers: tuple[str, ...]) -> Markup:
    """What each colour means; nothing where there is one layer."""
    if len(layers) < 2:
        return Markup()
    items = [
        element("li", element("i", class_=kind), layer)
        for layer, kind in zip(layers, kinds_of(layers), strict=True)
    ]
    return element("ul", *items, class_="legend")
