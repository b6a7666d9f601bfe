"""policy_tools: a policy checked, explained and tried on what was logged."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.errors import RuleError, UsageError
from maildrop_py.policy.client import ClientEvidence, Surroundings, surroundings
from maildrop_py.policy.decide import decide
from maildrop_py.policy.examples import run_policy_examples
from maildrop_py.policy.language import Policy, read_policy
from maildrop_py.policy.log_reader import in_words
from maildrop_py.policy.past import entries_about, past_of_log, past_of_maillogs
from maildrop_py.policy.protocol import Garbage, requests_in
from maildrop_py.policy.replay import Logged, Replay
from maildrop_py.policy.replay_words import account_as_object, account_in_words
from maildrop_py.policy.setting_of_options import setting_of
from maildrop_py.report.explain import explain_rules
from maildrop_py.report.tables import counted
from maildrop_py.translation import marked
from maildrop_py.translation import text as said

NOTHING_FOUND = marked(
    "no recipient was found: --log reads the decision log of `maildrop-py policy`, "
    "--maillog a log of Postfix"
)


def policy_at(path: str) -> Policy:
    """The policy; prints every mistake and exits with 1."""
    try:
        return read_policy(path)
    except RuleError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(counted(count, "mistake"), err=True)
        sys.exit(1)


def alone(policy: Policy) -> Surroundings:
    """Surroundings in which nobody is asked and nothing is remembered."""
    return surroundings(policy.settings, policy.program.zones, offline=True)


@click.command()
@click.argument("file", type=a_path, required=False)
@click.option("--list", "list_all", is_flag=True, help="Print every rule in words.")
@click.pass_obj
def check(options: dict[str, Any], file: str | None, list_all: bool) -> None:
    """Check a policy file: mistakes, rules that can never fire, and its examples."""
    policy = policy_at(file or options["path"])
    for number, rule in enumerate(policy.rules, 1):
        if list_all:
            when = rule.when.describe(said) if rule.when is not None else said("for every client")
            then = ", ".join(action.describe(said) for action in rule.then.actions)
            click.echo(f"{number}. {rule.name}")
            click.echo("     " + said("if {when}", when=when))
            click.echo("     " + said("then {then}", then=then))
    for warning in policy.warnings:
        click.echo(f"{warning} [{said('warning')}]", err=True)
    failures = run_policy_examples(policy.examples, policy.program, alone(policy))
    for failure in failures:
        click.echo(str(failure), err=True)
    passed = len(policy.examples) - len(failures)
    wording = "{passed} of {number} examples as expected"
    examples = said(wording, passed=passed, number=len(policy.examples))
    rules = counted(len(policy.rules), "rule")
    click.echo(f"{rules}, {counted(len(policy.warnings), 'warning')}, {examples}")
    sys.exit(1 if failures else 0)


@click.command()
@click.pass_obj
def explain(options: dict[str, Any]) -> None:
    """Print what the policy decides about requests, and why.

    The requests are read from standard input. Each is lines of name=value, as Postfix
    sends them: client_address, client_name, helo_name, sender, recipient. Nothing is
    remembered.
    """
    policy = policy_at(options["path"])
    setting = setting_of({**options, "opensmtpd": True}, os.environ)
    around = surroundings(
        policy.settings, policy.program.zones, setting.state, offline=setting.offline
    )
    try:
        requests = requests_in(sys.stdin.buffer.read())
    except Garbage as garbage:
        raise click.ClickException(str(garbage)) from garbage
    if not requests:
        raise click.ClickException(said("standard input has no request: lines of name=value"))
    for request in requests:
        evidence = ClientEvidence(request, around)
        plan = decide(evidence, policy.program, time.time(), explain=True)
        for line in explain_rules(plan.trace, len(policy.rules)):
            click.echo(line)
        by = said("no rule ended the run")
        if plan.rule:
            by = said("by rule {name!r}", name=plan.rule)
        click.echo("\n" + said("result: {done} ({by})", done=plan.in_words(said), by=by))
        if plan.prepend:
            click.echo("        " + said("prepends {header}", header=": ".join(plan.prepend)))
        for warning in evidence.warnings:
            click.echo(said(warning), err=True)


@click.command()
@click.argument("address")
@click.option(
    "--last",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Most entries, the latest.",
)
@click.pass_obj
def why(options: dict[str, Any], address: str, last: int) -> None:
    """Find ADDRESS in the decision log, and print what was decided, and why.

    ADDRESS is the IP address or the name of a client, an envelope sender, an envelope
    recipient, or the domain of one of these. To read another log, name it before the
    command: `maildrop-py policy --log FILE why ADDRESS`."""
    log = options["log"] or setting_of({**options, "opensmtpd": True}, os.environ).log
    try:
        found = entries_about(str(log), address, last)
    except OSError as error:
        raise click.ClickException(f"{log}: {error.strerror}") from error
    for entry in found:
        click.echo("\n".join(in_words(entry)))
    if not found:
        wording = "the log {log} has nothing about {address}"
        click.echo(said(wording, log=log, address=address), err=True)
    sys.exit(0 if found else 1)


def dry_run(path: str, options: dict[str, Any]) -> None:
    """What the policy at `path` would have done with what was logged."""
    policy = policy_at(path)
    past = _past(options)
    account = Replay(policy, alone(policy)).run(past)
    if options["as_json"]:
        click.echo(json.dumps(account_as_object(account)))
        return
    if not account.requests:
        raise UsageError(said(NOTHING_FOUND))
    for line in account_in_words(account):
        click.echo(line)


def _past(options: dict[str, Any]) -> list[Logged]:
    if options["maillog"]:
        return past_of_maillogs(options["maillog"])
    if not options["log"]:
        raise UsageError(said("say what to go by: --log FILE, or --maillog FILE"))
    return past_of_log(options["log"])
