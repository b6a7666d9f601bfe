"""log_option: where the delivery log is, for the commands that write and read it."""

from __future__ import annotations

import os

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.paths import UserPaths

log_option = click.option(
    "--log",
    type=a_path,
    metavar="FILE",
    help='The delivery log, "none" for no log [~/.local/state/maildrop-py/deliveries.jsonl].',
)

logs_option = click.option(
    "--log",
    "logs",
    type=a_path,
    multiple=True,
    metavar="FILE",
    help="A delivery log; the files that it was rotated to are read too. May be repeated.",
)


def logs_to_read(given: tuple[str, ...]) -> tuple[str, ...]:
    """The files named, or the user's own."""
    return given or (UserPaths(os.environ).log,)
