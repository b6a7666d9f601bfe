"""pages: all manual pages of the program, by file name, as they are installed.

    python -m maildrop_py.man.pages DIRECTORY

writes them below DIRECTORY, in man1, man5 and man7. The wheel's build does the same.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import maildrop_py
from maildrop_py.cli.app import app
from maildrop_py.man.commands import command_pages
from maildrop_py.man.markdown import add
from maildrop_py.man.roff import Page, bold, italic
from maildrop_py.paths import PROGRAM
from maildrop_py.report.documents import GUARANTEES, LOG, chapter
from maildrop_py.report.help_texts import in_language
from maildrop_py.report.log_schema import ALWAYS, SOMETIMES
from maildrop_py.rules.language.library import reference_path
from maildrop_py.translation import choose, language, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


LANGUAGES = ("en", "ja")


def all_pages(date: str) -> Iterator[Page]:
    """Every page in the language chosen; `date` (ISO 8601) stands at the foot of each."""

    def new_page(name: str, section: int) -> Page:
        version = f"{PROGRAM} {maildrop_py.__version__}"
        if language() == "en":
            return Page(name, section, date, version)
        page = Page(name, section, date, version, text("The manual of {name}", name=PROGRAM))
        page.set_without_blanks()
        return page

    yield from command_pages(in_language(app), new_page)
    yield _rules(new_page(f"{PROGRAM}-rules", 5))
    yield _log(new_page(f"{PROGRAM}-log", 5))
    yield _guarantees(new_page(f"{PROGRAM}-guarantees", 7))


def write_pages(directory: str, date: str) -> list[str]:
    """Write every page below `directory`; their paths, from there on."""
    written = []
    for name in LANGUAGES:
        choose(name)
        for page in all_pages(date):
            path = f"man{page.section}/{page.name}.{page.section}"
            written.append(path if name == "en" else f"{name}/{path}")
            _write(os.path.join(directory, written[-1]), page.source())
    choose("en")
    return written


def _write(path: str, source: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)


def date_of_build() -> str:
    """Today, or what SOURCE_DATE_EPOCH says (reproducible-builds.org), ISO 8601."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    when = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return f"{when:%Y-%m-%d}"


def _rules(page: Page) -> Page:
    _begin(page, text("the rules that say where mail goes"))
    with open(reference_path(language()), encoding="utf-8") as file:
        _, _, chapters = file.read().partition("\n## ")
    page.heading(text("Description"))
    command = bold(f"{PROGRAM} check")
    page.text(text("A rules file is YAML. {command} finds mistakes in it.", command=command))
    add(page, f"## {chapters}")
    return _end(page)


def _log(page: Page) -> Page:
    _begin(page, text("the delivery log"))
    page.heading(text("Description"))
    add(page, chapter(LOG))
    for heading, fields in (
        (text("Fields"), ALWAYS),
        (text("Fields that may be missing"), SOMETIMES),
    ):
        page.heading(heading)
        for name, schema in fields.items():
            kind = schema.get("type") or "text"
            kinds = text(" or ").join(kind) if isinstance(kind, list) else kind
            page.definition(f"{bold(name)} ({italic(kinds)})", _in_words(schema))
    return _end(page)


def _in_words(schema: dict[str, Any]) -> str:
    said = text(str(schema.get("description", "")))
    values = schema.get("enum")
    return f"{said}: {', '.join(map(str, values))}" if isinstance(values, list) else said


def _guarantees(page: Page) -> Page:
    _begin(page, text("what is promised: no mail lost, no user harmed by another"))
    for heading in GUARANTEES:
        page.heading(text(heading))
        add(page, chapter(heading))
    return _end(page)


def _begin(page: Page, what: str) -> None:
    page.heading(text("Name"))
    page.text(f"{page.name} - {what}")


def _end(page: Page) -> Page:
    page.heading(text("See also"))
    page.text(f"{bold(PROGRAM)}(1)")
    return page


if __name__ == "__main__":
    write_pages(sys.argv[1], date_of_build())
