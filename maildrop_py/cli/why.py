"""why: what became of a message, and why, from the delivery log."""

from __future__ import annotations

import json
import sys

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.log_option import logs_option, logs_to_read
from maildrop_py.report.attachments import add_attachments
from maildrop_py.report.log_reader import entries_by_time
from maildrop_py.report.log_search import Search, in_words
from maildrop_py.report.standard_error import say
from maildrop_py.translation import text


@click.command()
@click.argument("message", type=a_path, metavar="SUBJECT|MESSAGE-ID|FILE|ADDRESS")
@logs_option
@click.option("--json", "as_lines", is_flag=True, help="The entries themselves, one a line.")
@click.option("--attachments", is_flag=True, help="What is attached, read from the message files.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True)
def why(message: str, logs: tuple[str, ...], as_lines: bool, attachments: bool, limit: int) -> None:
    """Find a message in the log and say where it went and why, newest first.

    It is found by a part of its subject, by its Message-ID, by the path or the name
    of its file, or by an address of its sender or recipient. The status is 1 if
    there is none.
    """
    search = Search(message)
    found = search.latest(lambda: entries_by_time(logs_to_read(logs), say), limit)
    for entry in found:
        if attachments and "attachments" not in entry:
            add_attachments(entry, say)
        if as_lines:
            click.echo(json.dumps(entry, ensure_ascii=False))
        else:
            click.echo("\n".join(in_words(entry)))
    if not found:
        click.echo(text("the log says nothing of {message!r}", message=message), err=True)
        sys.exit(1)
