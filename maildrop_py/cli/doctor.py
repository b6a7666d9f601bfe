"""doctor: looks at the whole set-up, and says what is wrong and what would be right."""

from __future__ import annotations

import os
import pwd
import sys
import time
from collections.abc import Iterator

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.paths import UserPaths
from maildrop_py.report.output import print_json
from maildrop_py.report.tables import painted, width_of
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.zones import zones_of
from maildrop_py.set_up import checks, services
from maildrop_py.set_up.file_access import User
from maildrop_py.set_up.finding import OK, WARNING, WRONG, Finding
from maildrop_py.set_up.hook_search import hooks_of
from maildrop_py.set_up.log_check import about_log
from maildrop_py.set_up.program_path import hook_path
from maildrop_py.set_up.users import about_rules_of, ordinary_users
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
    for finding in _findings(offline, sockets, log):
        levels.add(finding.level)
        if as_lines:
            fields = ("level", "about", "text", "remedy")
            print_json({field: getattr(finding, field) for field in fields})
        else:
            _print(finding)
    sys.exit(1 if WRONG in levels else 0)


def _print(finding: Finding) -> None:
    level = text(finding.level)
    shown = painted(level + " " * (8 - width_of(level)), COLOURS[finding.level])
    click.echo(f"{shown}{text(finding.about)}: {text(finding.text)}")
    if finding.remedy:
        click.echo("        " + text("right would be: {remedy}", remedy=text(finding.remedy)))


def _findings(offline: bool, sockets: tuple[str, ...], log: str | None) -> Iterator[Finding]:
    user, paths = User(pwd.getpwuid(os.geteuid())), UserPaths(os.environ)
    is_root = os.geteuid() == 0
    others = ordinary_users() if is_root else []
    yield from checks.about_program(others[0] if others else user)
    hooks = list(hooks_of([it.home for it in (user, *others)]))
    yield from checks.about_hooks(hooks, others[0] if others else user, hook_path())
    yield checks.about_syslog()
    rules, findings = checks.read_user_rules(paths.rules)
    settings = rules.settings if rules is not None else Settings()
    gets_mail = not is_root or os.path.exists(paths.rules)
    if gets_mail:
        root = paths.expand(settings.maildir) if settings.maildir else paths.maildir
        yield from checks.about_maildir(root, user)
        yield from findings
        yield from checks.about_directories(paths)
    if log or gets_mail or os.path.exists(paths.log):
        yield from about_log(os.path.abspath(log or paths.log), time.time())
    for other in others:
        yield from about_rules_of(other)
    if not offline:
        yield from services.about_dns(settings, zones_of(rules) if rules is not None else ())
    yield from services.about_scanners(settings)
    yield from services.about_tables(settings)
    yield from services.about_sockets(sockets)
