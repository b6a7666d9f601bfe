"""init: a first rules file, a Maildir, and the line for the mail server."""

from __future__ import annotations

import os
import shutil
import sys

import click

from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths
from maildrop_py.report.hook_lines import hook_lines
from maildrop_py.rules.language.library import builtin_path


@click.command()
@click.option("--rules", metavar="FILE", help="Where to put the rules.")
@click.option("--maildir", metavar="DIR", help="The Maildir [~/Maildir].")
def init(rules: str | None, maildir: str | None) -> None:
    """Write starter rules and make the Maildir, unless they are there; then say which line
    to put into .forward, Postfix, Exim, OpenSMTPD or qmail."""
    places = UserPaths(os.environ)
    _write_rules(rules or places.rules)
    _make_maildir(places.expand(maildir) if maildir else places.maildir)
    click.echo("\nThe mail server hands messages over by one of these lines:")
    for server, (file, lines) in hook_lines(_program()).items():
        click.echo(f"\n{server}, in {file}:\n")
        for line in lines:
            click.echo(f"    {line}")


def _write_rules(path: str) -> None:
    if os.path.lexists(path):
        click.echo(f"{path} is there already: left as it is")
        return
    os.makedirs(os.path.dirname(os.path.abspath(path)), 0o700, exist_ok=True)
    with open(builtin_path("starter"), encoding="utf-8") as source:
        text = source.read()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"wrote {path}; try it: maildrop-py check --rules {path}")


def _make_maildir(path: str) -> None:
    there = os.path.isdir(os.path.join(path, "cur"))
    Maildir(path, create=True).folder("INBOX").ensure()
    click.echo(f"{path} is there already" if there else f"made {path}")


def _program() -> str:
    """The absolute path that a mail server must call."""
    found = shutil.which(sys.argv[0]) or sys.argv[0]
    return os.path.abspath(found)
