"""check: what is wrong with the rules, before any mail finds out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from maildrop_py.cli.rules_file import rule_set_of
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.decision.examples import run_examples
from maildrop_py.report.tables import counted
from maildrop_py.rules.language.rule_set import Rule, RuleSet
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.zones import zones_of
from maildrop_py.translation import text

if TYPE_CHECKING:
    pass


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@rules_option
@click.option("--list", "list_all", is_flag=True, help="Print every rule in words.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--offline", is_flag=True, help="Do not test the DNS lists that rules ask.")
def check(file: str | None, rules: str | None, list_all: bool, strict: bool, offline: bool) -> None:
    """Check the rules in FILE, or your own: mistakes, rules that can never fire, their
    examples, and whether the DNS lists that they ask can be trusted.

    The status is 0 if all is well, 1 if not.
    """
    found = rule_set_of(file or rules)
    if list_all:
        for number, rule in enumerate(found.rules, 1):
            click.echo(_in_words(number, rule))
    lists = [] if offline else _failing_lists(found)
    warnings = [*map(str, warnings_about(found)), *lists]
    for warning in warnings:
        click.echo(f"{warning} [{text('warning')}]", err=True)
    failures = run_examples(found)
    for failure in failures:
        click.echo(str(failure), err=True)
    passed = len(found.examples) - len(failures)
    numbers = counted(len(found.rules), "rule"), counted(len(warnings), "warning")
    click.echo(", ".join((*numbers, examples_in_words(passed, len(found.examples)))))
    sys.exit(1 if failures or (strict and warnings) else 0)


def examples_in_words(passed: int, all_of_them: int) -> str:
    """How many examples turned out as expected."""
    if not all_of_them:
        return text("no examples")
    return text("{passed} of {number} examples as expected", passed=passed, number=all_of_them)


def _failing_lists(rules: RuleSet) -> list[str]:
    zones = zones_of(rules)
    if not zones:
        return []
    from maildrop_py.set_up.services import failing_lists

    return failing_lists(zones, rules.settings)


def _in_words(number: int, rule: Rule) -> str:
    when = rule.when.describe(text) if rule.when is not None else text("for every message")
    then = ", ".join(action.describe(text) for action in rule.then.actions)
    ends = "" if rule.then.final else text(", and go on")
    lines = text("if {when}", when=when), text("then {then}", then=then) + ends
    return f"{number}. {rule.name}\n     {lines[0]}\n     {lines[1]}"
