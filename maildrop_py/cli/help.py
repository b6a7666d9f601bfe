"""help: what a command does; the rule language, the log, what is promised; exit statuses.

These are the texts of the manual pages, for where `man` is missing.
"""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from maildrop_py.cli.app import COMMANDS, Commands
from maildrop_py.report.documents import GUARANTEES, LOG, chapters
from maildrop_py.report.exit_statuses import STATUSES
from maildrop_py.report.tables import Column, table
from maildrop_py.rules.language.library import reference_path
from maildrop_py.translation import language, text

TOPICS = ("rules", "log", "guarantees", "statuses")


@click.command("help")
@click.argument(
    "topic",
    nargs=-1,
    metavar=f"[COMMAND|{'|'.join(TOPICS)}]",
    shell_complete=lambda context, parameter, beginning: [
        CompletionItem(it) for it in (*COMMANDS, *TOPICS) if it.startswith(beginning)
    ],
)
@click.pass_context
def help_(context: click.Context, topic: tuple[str, ...]) -> None:
    """Help for a command, or for a topic: the rule language, the delivery log, what is
    guaranteed, the exit statuses."""
    root = context.find_root()
    if topic == ("rules",):
        with open(reference_path(language()), encoding="utf-8") as file:
            _show(file.read())
    elif topic == ("log",):
        _show(chapters((LOG,)))
    elif topic == ("guarantees",):
        _show(chapters(GUARANTEES))
    elif topic == ("statuses",):
        click.echo(
            "\n".join(table((Column("command"), Column("status"), Column("means")), _statuses()))
        )
    else:
        _help_for(root, topic)


def _help_for(context: click.Context, words: tuple[str, ...]) -> None:
    """The help of a command, or of a command in it."""
    command = context.command
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(context, word)
        if inner is None:
            if isinstance(command, Commands):
                command.resolve_command(context, [word])  # fails with a suggestion
            context.fail(
                text(
                    "There is no command {word!r}; there are {names}.",
                    word=word,
                    names=", ".join(COMMANDS),
                )
            )
        context = click.Context(inner, info_name=word, parent=context)
        command = inner
        if not isinstance(inner, click.Group):
            break
    click.echo(command.get_help(context))


def _statuses() -> list[tuple[str, str, str]]:
    return [(text(command), status, text(means)) for command, status, means in STATUSES]


def _show(document: str) -> None:
    if sys.stdout.isatty():
        click.echo_via_pager(document)
    else:
        click.echo(document)
