"""check: what is wrong with the rules, before any mail finds out."""

from __future__ import annotations

import sys

import click

from maildrop_py.cli.rules_file import rule_set_of, rules_option
from maildrop_py.decision.examples import run_examples
from maildrop_py.rules.rule_set import Rule


@click.command()
@rules_option
@click.option("--list", "list_all", is_flag=True, help="Print every rule in words.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def check(rules: str | None, list_all: bool, strict: bool) -> None:
    """Check the rules: mistakes, rules that can never fire, and their examples.

    The status is 0 if all is well, 1 if not.
    """
    found = rule_set_of(rules)
    if list_all:
        for number, rule in enumerate(found.rules, 1):
            click.echo(_in_words(number, rule))
    for warning in found.warnings:
        click.echo(f"{warning} [warning]", err=True)
    failures = run_examples(found)
    for failure in failures:
        click.echo(str(failure), err=True)
    passed = len(found.examples) - len(failures)
    click.echo(
        f"{len(found.rules)} rules, {len(found.warnings)} warnings, "
        f"{passed} of {len(found.examples)} examples as expected"
    )
    sys.exit(1 if failures or (strict and found.warnings) else 0)


def _in_words(number: int, rule: Rule) -> str:
    when = rule.when.describe() if rule.when is not None else "for every message"
    then = ", ".join(action.describe() for action in rule.then.actions)
    ends = "" if rule.then.final else ", and go on"
    return f"{number}. {rule.name}\n     if {when}\n     then {then}{ends}"
