"""rules_file: finds and compiles the rules for the commands that people run.

Unlike delivery these never go on with old rules: every mistake is printed, and
the status is 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from maildrop_py.cli.environment import Places
from maildrop_py.errors import RuleError
from maildrop_py.rules.cache import compile_program, fresh_program

if TYPE_CHECKING:
    from maildrop_py.rules.program import Program
    from maildrop_py.rules.rule_set import RuleSet

rules_option = click.option(
    "--rules",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="The rules file [~/.config/maildrop-py/rules.yaml].",
)


def rule_set_of(path: str | None) -> RuleSet:
    """The rules at `path` or the default place; prints every mistake and exits with 1."""
    from maildrop_py.rules.reader import read_rules

    with _mistakes_printed():
        return read_rules(path or Places(os.environ).rules)


def program_of(path: str | None) -> Program:
    """The same, compiled; from the cache where that is still good."""
    places = Places(os.environ)
    path = path or places.rules
    program = fresh_program(path, places.cache)
    if program is not None:
        return program
    with _mistakes_printed():
        return compile_program(path, places.cache, lambda warning: click.echo(warning, err=True))


@contextmanager
def _mistakes_printed() -> Iterator[None]:
    try:
        yield
    except RuleError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(f"{count} mistake{'s' if count > 1 else ''}", err=True)
        sys.exit(1)
