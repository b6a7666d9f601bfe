"""check: what is wrong with the rules, before any mail finds out."""

from __future__ import annotations

import sys

import click

from maildrop_py.cli.rules_file import rule_set_of
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.decision.examples import run_examples
from maildrop_py.report.rules_in_words import print_checked, rule_in_words
from maildrop_py.rules.language.rule import Rule
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.zones import zones_of
from maildrop_py.translation import text


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
    lists = []
    if not offline and (zones := zones_of(found)):
        from maildrop_py.set_up.services import failing_lists

        lists = failing_lists(zones, found.settings)
    warnings = [*map(str, warnings_about(found)), *lists]
    failures = run_examples(found)
    print_checked(len(found.rules), warnings, failures, len(found.examples))
    sys.exit(1 if failures or (strict and warnings) else 0)


def _in_words(number: int, rule: Rule) -> str:
    ends = "" if rule.then.final else text(", and go on")
    return rule_in_words(number, rule, text("for every message")) + ends
