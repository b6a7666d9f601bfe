"""top: what a running server does now, refreshed, from its --metrics."""

from __future__ import annotations

import os
import sys

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.errors import MaildropError
from maildrop_py.metrics.client import ask
from maildrop_py.report.live import figures_of, lines_of_figures
from maildrop_py.report.live_screen import show
from maildrop_py.report.tables import page_width
from maildrop_py.translation import choose, language_of

USUAL = "/run/maildrop-py/metrics"


@click.command()
@click.argument("address", type=a_path, default=USUAL, metavar="[PATH|ADDRESS:PORT]")
@click.option("--seconds", default=2.0, type=click.FloatRange(0.2), help="Between two looks.")
@click.option("--once", is_flag=True, help="Look once, and end: for a pipe.")
def top(address: str, seconds: float, once: bool) -> None:
    """Show what a server is doing: `serve` or `policy`, started with --metrics ADDRESS.

    Sums since the server was started, and how many in a second since the last look.
    Without an address, it is /run/maildrop-py/metrics. Ctrl-C ends it."""
    choose(language_of(os.environ))
    try:
        if once or not sys.stdout.isatty():
            figures = figures_of(ask(address))
            for line, _ in lines_of_figures(figures, figures, 0.0, page_width() or 80):
                print(line)
        else:
            show(lambda: ask(address), seconds)
    except MaildropError as error:
        raise click.ClickException(str(error)) from error
