"""Help is in the language of the user, and fits the terminal."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import COMMANDS, app
from maildrop_py.report.help_texts import in_language
from maildrop_py.report.tables import width_of
from maildrop_py.translation import choose


def helped(*words: str) -> str:
    return CliRunner(env={"COLUMNS": "80"}).invoke(in_language(app), [*words, "--help"]).output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_in_japanese_and_names_its_options(command: str) -> None:
    found = app.get_command(click.Context(app), command)
    assert found is not None
    choose("ja")
    shown = helped(command)
    assert "使い方: " in shown and "この説明を表示" in shown
    for parameter in found.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert max(parameter.opts, key=len) in shown
    assert max(map(width_of, shown.splitlines())) <= 80


def test_commands_in_a_group_and_their_list_are_japanese() -> None:
    choose("ja")
    assert "SOURCE（たとえば ~/Maildir/.Junk）のメールをスパムとして学びます" in helped(
        "learn", "spam"
    )
    assert "標準入力のメールを配送します" in helped()


def test_english_help_is_as_click_sets_it() -> None:
    assert in_language(app) is app
    assert "Deliver the message on standard input." in helped("deliver")


def test_help_of_the_rules_is_the_page_in_the_language() -> None:
    choose("ja")
    assert "# ルールの書き方" in CliRunner().invoke(app, ["help", "rules"]).output
    assert "確実に配送した" in CliRunner().invoke(app, ["help", "statuses"]).output
