"""init: a first rules file, a Maildir, and the line for the mail server."""

from __future__ import annotations

import json
import os

import click

from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths
from maildrop_py.rules.language.library import builtin_path
from maildrop_py.rules.language.schema import schema as rules_schema
from maildrop_py.set_up.hook_lines import hook_lines
from maildrop_py.set_up.program_path import hook_path

SCHEMA = "rules.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}"


@click.command()
@click.option("--rules", metavar="FILE", help="Where to put the rules.")
@click.option("--maildir", metavar="DIR", help="The Maildir [~/Maildir].")
def init(rules: str | None, maildir: str | None) -> None:
    """Write starter rules and make the Maildir, unless they exist. Then say which
    line to put into .forward, Postfix, Exim, OpenSMTPD or qmail."""
    paths = UserPaths(os.environ)
    _write_rules(rules or paths.rules)
    _make_maildir(paths.expand(maildir) if maildir else paths.maildir)
    click.echo("\nThe mail server hands messages over by one of these lines:")
    for server, (file, lines) in hook_lines(hook_path()).items():
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
    _write_new(path, f"{MODELINE}\n{text}")
    click.echo(f"wrote {path}; try it: maildrop-py check {path}")
    schema = os.path.join(os.path.dirname(path), SCHEMA)
    if not os.path.lexists(schema):
        _write_new(schema, json.dumps(rules_schema(), indent=2, ensure_ascii=False) + "\n")
        click.echo(f"wrote {schema}, by which editors complete and check the rules")


def _write_new(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _make_maildir(path: str) -> None:
    there = os.path.isdir(os.path.join(path, "cur"))
    Maildir(path, create=True).folder("INBOX").ensure()
    click.echo(f"{path} is there already" if there else f"made {path}")
