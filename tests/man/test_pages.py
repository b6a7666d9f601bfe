"""Manual pages: there is one for every command, and mandoc has nothing to say against any."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import COMMANDS, app
from maildrop_py.man.markdown import add
from maildrop_py.man.pages import write_pages
from maildrop_py.man.roff import Page
from maildrop_py.report.log_schema import ALWAYS, SOMETIMES

MANDOC = shutil.which("mandoc")
needs_mandoc = pytest.mark.skipif(MANDOC is None, reason="mandoc is not installed")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("man")
    write_pages(str(directory), "2026-11-28")
    return directory


def shown(path: Path) -> str:
    """A page as a terminal without bold shows it."""
    assert MANDOC is not None
    done = subprocess.run(
        [MANDOC, "-T", "utf8", "-O", "width=200", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return _without_overprinting(done.stdout)


def _without_overprinting(text: str) -> str:
    while "\b" in text:
        at = text.index("\b")
        text = text[: at - 1] + text[at + 1 :]
    return text


@needs_mandoc
def test_mandoc_has_nothing_against_any_page(directory: Path) -> None:
    """Lines of code that are longer than 80 bytes are matters of style that stay."""
    assert MANDOC is not None
    pages = sorted(map(str, directory.rglob("*.[157]")))
    done = subprocess.run(
        [MANDOC, "-T", "lint", *pages], capture_output=True, text=True, check=False
    )
    faults = [it for it in done.stdout.splitlines() if "longer than 80 bytes" not in it]
    assert len(pages) > 30
    assert faults == []


def test_every_command_has_a_page_and_so_has_every_command_in_it(directory: Path) -> None:
    names = {path.name for path in (directory / "man1").iterdir()}
    assert {f"maildrop-py-{name}.1" for name in COMMANDS} < names
    assert {"maildrop-py.1", "maildrop-py-policy-check.1", "maildrop-py-learn-spam.1"} < names


@needs_mandoc
@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_has_each_option_of_its_command(directory: Path, command: str) -> None:
    text = shown(directory / f"man1/maildrop-py-{command}.1")
    found = app.get_command(click.Context(app), command)
    assert found is not None
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in text


def test_every_page_is_there_in_japanese_too(directory: Path) -> None:
    for folder in ("man1", "man5", "man7"):
        english = {path.name for path in (directory / folder).iterdir()}
        japanese = {path.name for path in (directory / "ja" / folder).iterdir()}
        assert english == japanese


@needs_mandoc
def test_a_japanese_page_says_in_japanese_what_the_english_one_says(directory: Path) -> None:
    text = shown(directory / "ja/man1/maildrop-py-undo.1")
    assert "元に戻せる実行を一覧する" in text and "--list" in text and "終了ステータス" in text
    rules = shown(directory / "ja/man5/maildrop-py-rules.5")
    assert "エンベロープ送信者" in rules
    assert r"subject: '\[(?P<queue>\w+) #\d+\]'" in rules
    log = shown(directory / "ja/man5/maildrop-py-log.5")
    assert "エンベロープ受信者" in log and all(f"{it} (" in log for it in (*ALWAYS, *SOMETIMES))
    assert "メールも、ルールも、" in shown(directory / "ja/man7/maildrop-py-guarantees.7")
    assert "誰も root になれません" in shown(directory / "ja/man7/maildrop-py-guarantees.7")


@needs_mandoc
def test_the_page_of_the_log_has_every_field(directory: Path) -> None:
    text = shown(directory / "man5/maildrop-py-log.5")
    assert all(f"{field} (" in text for field in (*ALWAYS, *SOMETIMES))


@needs_mandoc
def test_the_page_of_the_rules_is_the_reference(directory: Path) -> None:
    text = shown(directory / "man5/maildrop-py-rules.5")
    assert "AND, OR, NOT" in text.upper()
    assert r"subject: '\[(?P<queue>\w+) #\d+\]'" in text


@needs_mandoc
def test_what_is_no_macro_in_markdown_is_none_on_the_page(tmp_path: Path) -> None:
    page = Page("odd", 7, "2026-11-28", "odd 1")
    page.heading("Name")
    page.text("odd - nothing")
    page.heading("Description")
    add(page, ".SH not a heading\n\n'quoted' `.PP` \\fB and \\\\ stay\n\n```\n.br\n\\e\n```\n")
    add(page, "| a | b |\n|---|---|\n| `x \\| y` | **z** |\n\n1. one\n   goes on\n2. two\n")
    path = tmp_path / "odd.7"
    path.write_text(page.source())
    text = shown(path)
    for kept in (".SH not a heading", "'quoted' .PP \\fB and \\\\ stay", ".br", "\\e", "x | y"):
        assert kept in text
    assert "1. one goes on" in " ".join(text.split())


@pytest.mark.parametrize(
    ("topic", "says"),
    [("log", "deliveries.jsonl"), ("guarantees", "Nobody becomes root"), ("statuses", "deliver")],
)
def test_help_shows_the_same_where_man_is_missing(topic: str, says: str) -> None:
    assert says in CliRunner().invoke(app, ["help", topic]).output
