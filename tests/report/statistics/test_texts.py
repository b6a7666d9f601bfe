"""Every text of the page and the tables has a Japanese one, with the same values in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from maildrop_py.evidence.helo import KINDS
from maildrop_py.evidence.reverse_name import RULES
from maildrop_py.translation import DIRECTORY, read_catalogue

PACKAGE = Path(__file__).parents[3] / "maildrop_py"
FILES = (
    *PACKAGE.glob("report/statistics/**/*.py"),
    *PACKAGE.glob("report/pictures/*.py"),
    *PACKAGE.glob("report/dry_run_page/*.py"),
    *(PACKAGE / "report/page.py", PACKAGE / "report/plain.py", PACKAGE / "cli/stats.py"),
    *(PACKAGE / "cli/page_file.py", PACKAGE / "report/live.py"),
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
