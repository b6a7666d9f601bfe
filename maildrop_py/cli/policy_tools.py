"""policy_tools: a policy checked, explained and tried on what was logged."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.rules_file import mistakes_printed
from maildrop_py.errors import UsageError
from maildrop_py.policy.client import ClientEvidence, Surroundings, surroundings
from maildrop_py.policy.decide import decide
from maildrop_py.policy.examples import run_policy_examples
from maildrop_py.policy.language import Policy, read_policy
from maildrop_py.policy.log_reader import in_words
from maildrop_py.policy.past import entries_about, past_of
from maildrop_py.policy.plan_words import result_in_words
from maildrop_py.policy.protocol import Garbage, requests_in
from maildrop_py.policy.replay import Replay
from maildrop_py.policy.replay_words import account_as_object, account_in_words
from maildrop_py.policy.setting_of_options import setting_of
from maildrop_py.report.explain import explain_rules
from maildrop_py.report.rules_in_words import print_checked, rule_in_words
from maildrop_py.translation import marked, text

NOTHING_FOUND = marked(
    "no recipient was found: --log reads the decision log of `maildrop-py policy`, "
    "--maillog a log of Postfix"
)


def policy_at(path: str) -> Policy:
    """The policy; prints every mistake and exits with 1."""
    with mistakes_printed():
        return read_policy(path)


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
            click.echo(rule_in_words(number, rule, text("for every client")))
    failures = run_policy_examples(policy.examples, policy.program, alone(policy))
    print_checked(len(policy.rules), policy.warnings, failures, len(policy.examples))
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
        raise click.ClickException(text("standard input has no request: lines of name=value"))
    for request in requests:
        evidence = ClientEvidence(request, around)
        plan = decide(evidence, policy.program, time.time(), explain=True)
        for line in explain_rules(plan.trace, len(policy.rules)):
            click.echo(line)
        click.echo("\n" + "\n".join(result_in_words(plan)))
        for warning in evidence.warnings:
            click.echo(text(warning), err=True)


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
        click.echo(text(wording, log=log, address=address), err=True)
    sys.exit(0 if found else 1)


def dry_run(path: str, options: dict[str, Any]) -> None:
    """What the policy at `path` would have done with what was logged."""
    policy = policy_at(path)
    account = Replay(policy, alone(policy)).run(past_of(options["log"], options["maillog"]))
    if options["as_json"]:
        click.echo(json.dumps(account_as_object(account)))
        return
    if not account.requests:
        raise UsageError(text(NOTHING_FOUND))
    for line in account_in_words(account):
        click.echo(line)
