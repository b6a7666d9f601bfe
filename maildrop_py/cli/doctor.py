"""doctor: looks at the whole set-up, and says what is wrong and what would be right."""

from __future__ import annotations

import os
import sys
import time

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.paths import UserPaths
from maildrop_py.report.output import print_json
from maildrop_py.report.tables import painted, width_of
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.set_up.examination import examined
from maildrop_py.translation import choose, text

COLOURS = {OK: "32", WARNING: "33", WRONG: "31"}


@click.command()
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option(
    "--socket", "sockets", type=a_path, multiple=True, help="A socket of `serve` [/run/…/lmtp]."
)
@click.option(
    "--log", type=a_path, metavar="FILE", help="The delivery log to look at, if not your own."
)
def doctor(as_lines: bool, offline: bool, sockets: tuple[str, ...], log: str | None) -> None:
    """Look at the set-up: the mail server's line and whether it can run, interpreter and
    package, syslog, Maildir, rules, delivery log, DNS, DNS lists, scanners, the table
    of countries, the shared store, and the sockets of `serve`.

    Started by root it also checks the rules of every user. The status is 1 if
    something is wrong.
    """
    if as_lines:
        choose("en")
    levels = set()
    for finding in examined(offline, sockets, log, UserPaths(os.environ), time.time()):
        levels.add(finding.level)
        if as_lines:
            fields = ("level", "about", "text", "remedy")
            print_json({field: getattr(finding, field) for field in fields})
        else:
            _print(finding)
    sys.exit(1 if WRONG in levels else 0)


def _print(finding: CheckResult) -> None:
    level = text(finding.level)
    shown = painted(level + " " * (8 - width_of(level)), COLOURS[finding.level])
    click.echo(f"{shown}{text(finding.about)}: {text(finding.text)}")
    if finding.remedy:
        click.echo("        " + text("right would be: {remedy}", remedy=text(finding.remedy)))
