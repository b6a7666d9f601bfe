"""Every text of the page and the tables has a Japanese one, with the same values in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from maildrop_py.evidence.helo import KINDS
from maildrop_py.evidence.reverse_name import RULES
from maildrop_py.report.statistics.deliveries import Deliveries
from maildrop_py.report.statistics.reading import Account
from maildrop_py.report.statistics.sections import sections_of
from maildrop_py.translation import DIRECTORY, choose, read_catalogue

PACKAGE = Path(__file__).parents[3] / "maildrop_py"
FILES = (
    *PACKAGE.glob("report/statistics/**/*.py"),
    *PACKAGE.glob("report/pictures/*.py"),
    *PACKAGE.glob("report/dry_run_page/*.py"),
    *(PACKAGE / "report/page.py", PACKAGE / "report/plain.py", PACKAGE / "cli/stats.py"),
    PACKAGE / "report/live.py",
)
OF_DATA = ("(discarded)", "(rejected)", "(no rule)", "(no name)", "(nobody)", "yes", "no")


def texts() -> set[str]:
    found = {*OF_DATA, *KINDS.values(), *RULES.values(), "a host name"}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id == "text" and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return read_catalogue(Path(DIRECTORY, "ja.po").read_text(encoding="utf-8"))


def test_every_text_has_a_japanese_one(catalogue: dict[str, str]) -> None:
    assert len(texts()) > 150
    assert texts() - set(catalogue) == set()


def test_the_same_values_are_in_both(catalogue: dict[str, str]) -> None:
    for english in texts():
        values = re.findall(r"\{(\w+)\}", english)
        assert sorted(re.findall(r"\{(\w+)\}", catalogue[english])) == sorted(values), english


def test_rules_and_folders_keep_their_names(catalogue: dict[str, str]) -> None:
    """A rule may be called as the program calls something: `spam` is a name, `(no rule)` a text."""
    assert "spam" in catalogue
    choose("ja")
    try:
        deliveries = Deliveries()
        for rule, folder in (("spam", "Junk"), (None, "INBOX")):
            entry = {"rule": rule, "folders": [folder], "time": "2026-11-28T00:00:00Z"}
            deliveries.add({"command": "deliver", "result": "delivered", **entry})
        sections = sections_of(Account(deliveries, Deliveries(), ()))
        figures = {figure.key: figure for section in sections for figure in section.figures}
        names = {name for name, _ in figures["rules"].rows}
        assert names == {"spam", catalogue["(no rule)"]}
    finally:
        choose("en")
