"""page: figures as one self-contained page of HTML, for a browser, print and screen readers.

No script, no font, no other file. Each picture has its table: bars are in it, below the
others it is folded. Colours are those of the reader's light or dark scheme. Guarantee:
whatever names are in the figures, they are text on the page and nothing else.
"""

from __future__ import annotations

import os
import stat
import sys

from maildrop_py.errors import StorageFailed
from maildrop_py.paths import PROGRAM
from maildrop_py.report.pictures.bars import draw_bars
from maildrop_py.report.pictures.columns import draw_columns, draw_histogram
from maildrop_py.report.pictures.compared import draw_compared
from maildrop_py.report.pictures.flow import draw_flow
from maildrop_py.report.pictures.funnel import draw_funnel
from maildrop_py.report.pictures.heat_map import draw_heat_map
from maildrop_py.report.pictures.messages import draw_messages
from maildrop_py.report.pictures.svg import Markup, element
from maildrop_py.report.statistics.figures import Facts, Section, table_of
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A browser loads nothing for the page, and runs nothing in it, whatever is in it."""


def page(
    title: str, lead: str, sections: Iterable[Section], language: str = "en", style: str = ""
) -> str:
    """The whole page; `lead` is the paragraph below the title, `style` more CSS than usual."""
    shown = list(sections)
    links = [element("li", element("a", it.heading, href=f"#{it.key}")) for it in shown]
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        element("title", title),
        element("style", Markup(_style() + style)),
    )
    body = element(
        "body",
        element("header", element("h1", title), element("p", lead)),
        element("nav", element("ul", *links), aria_label=text("Contents")),
        element("main", *map(_section, shown)),
        element("footer", text("Made by {program}.", program=PROGRAM)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang=language)}\n"


def put_page(path: str, content: str) -> None:
    """Write a page, or print it for `-`; says so on standard error. Raises MaildropError."""
    if path == "-":
        sys.stdout.write(content)
        return
    try:
        write_page(path, content)
    except OSError as error:
        raise StorageFailed(f"{path}: {error.strerror}") from error
    print(text("wrote {path}", path=path), file=sys.stderr)


def write_page(path: str, content: str) -> None:
    """Write a page whole: a reader of `path` sees the old one or the new one. Raises OSError.

    A new file is for its owner alone, as it says who writes to whom; an old one keeps its mode.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG | 0o600
    data = content.encode("utf-8", "replace")
    if not stat.S_ISREG(mode):  # a pipe, a terminal
        with open(path, "wb") as file:
            file.write(data)
        return
    from tempfile import mkstemp

    target = os.path.realpath(path)
    descriptor, draft = mkstemp(dir=os.path.dirname(target), prefix=".statistics-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
        os.replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise


def _section(section: Section) -> Markup:
    note = element("p", section.note) if section.note else Markup()
    figures = element("div", *map(_figure, section.figures), class_="figures")
    return element(
        "section",
        element("h2", section.heading, id=f"{section.key}-heading"),
        note,
        figures,
        id=section.key,
        aria_labelledby=f"{section.key}-heading",
    )


def _figure(figure: Any) -> Markup:
    kind = type(figure).__name__
    drawn = _DRAWN[kind](figure)
    remark = element("p", figure.remark, class_="remark") if figure.remark else Markup()
    caption = element("figcaption", figure.title)
    table = Markup() if kind in _TABLES_THEMSELVES else _folded_table(figure)
    return element("figure", caption, drawn, remark, table, id=f"figure-{figure.key}", class_=kind)


def draw_facts(figure: Facts) -> Markup:
    """Single values, those of the period before below them."""
    tiles = [
        element(
            "div",
            element("dt", name),
            element("dd", value),
            element("dd", text("before: {value}", value=before)) if before else "",
        )
        for name, value, before in figure.rows
    ]
    return element("dl", *tiles, class_="tiles")


def _folded_table(figure: Any) -> Markup:
    summary = element("summary", text("Table"))
    box = element(
        "div",
        _table(figure),
        class_="scroll",
        role="region",
        tabindex=0,  # one without a pointer must reach what is further to the right
        aria_label=figure.title,
    )
    return element("details", summary, box)


def _table(figure: Any) -> Markup:
    headings, rows = table_of(figure)
    first, *others = headings
    head = [
        element("th", first, scope="col") if first else element("td"),
        *(element("th", it, scope="col", class_="number") for it in others),
    ]
    lines = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, class_="number") for cell in row[1:]),
        )
        for row in rows
    ]
    return element("table", element("thead", element("tr", *head)), element("tbody", *lines))


def _style() -> str:
    with open(os.path.join(os.path.dirname(__file__), "page.css"), encoding="utf-8") as file:
        return file.read()


_DRAWN: dict[str, Callable[[Any], Markup]] = {
    "Bars": draw_bars,
    "Columns": draw_columns,
    "HeatMap": draw_heat_map,
    "Histogram": draw_histogram,
    "Funnel": draw_funnel,
    "Compared": draw_compared,
    "Facts": draw_facts,
    "Flow": draw_flow,
    "Messages": draw_messages,
}
_TABLES_THEMSELVES = ("Bars", "Compared", "Facts", "Funnel", "Flow", "Messages")
