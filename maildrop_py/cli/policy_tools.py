"""policy_tools: a policy checked, explained and tried on what was logged."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import click

from maildrop_py.cli.policy_options import setting_of
from maildrop_py.errors import RuleError, UsageError
from maildrop_py.policy.client import ClientEvidence, Surroundings, surroundings
from maildrop_py.policy.decide import decide
from maildrop_py.policy.examples import run_policy_examples
from maildrop_py.policy.language import Policy, read_policy
from maildrop_py.policy.log_reader import entries_of, in_words, is_about, logged_of
from maildrop_py.policy.maillog import MailLog
from maildrop_py.policy.protocol import Garbage, Requests
from maildrop_py.policy.replay import Account, Logged, Replay, as_rows
from maildrop_py.report.explain import explain_rules


def policy_at(path: str) -> Policy:
    """The policy; prints every mistake and exits with 1."""
    try:
        return read_policy(path)
    except RuleError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(f"{count} mistake{'s' if count > 1 else ''}", err=True)
        sys.exit(1)


def alone(policy: Policy) -> Surroundings:
    """Surroundings in which nobody is asked and nothing is remembered."""
    return surroundings(policy.settings, policy.program.zones, offline=True)


@click.command()
@click.argument("file", required=False)
@click.option("--list", "list_all", is_flag=True, help="Print every rule in words.")
@click.pass_obj
def check(told: dict[str, Any], file: str | None, list_all: bool) -> None:
    """Check a policy file: mistakes, rules that can never fire, and its examples."""
    policy = policy_at(file or told["path"])
    for number, rule in enumerate(policy.rules, 1):
        if list_all:
            when = rule.when.describe() if rule.when is not None else "for every client"
            then = ", ".join(action.describe() for action in rule.then.actions)
            click.echo(f"{number}. {rule.name}\n     if {when}\n     then {then}")
    for warning in policy.warnings:
        click.echo(f"{warning} [warning]", err=True)
    failures = run_policy_examples(policy.examples, policy.program, alone(policy))
    for failure in failures:
        click.echo(str(failure), err=True)
    passed = len(policy.examples) - len(failures)
    click.echo(
        f"{len(policy.rules)} rules, {len(policy.warnings)} warnings, "
        f"{passed} of {len(policy.examples)} examples as expected"
    )
    sys.exit(1 if failures else 0)


@click.command()
@click.pass_obj
def explain(told: dict[str, Any]) -> None:
    """Print what the policy decides about requests, and why.

    The requests are read from standard input. Each is lines of name=value, as Postfix
    sends them: client_address, client_name, helo_name, sender, recipient. Nothing is
    remembered.
    """
    policy = policy_at(told["path"])
    setting = setting_of({**told, "opensmtpd": True})
    around = surroundings(
        policy.settings, policy.program.zones, setting.state, offline=setting.offline
    )
    data = sys.stdin.buffer.read().strip(b"\n")
    known = b"" if b"request=" in data else b"request=smtpd_access_policy\n"
    blocks = b"\n\n".join(known + block for block in data.split(b"\n\n"))
    try:
        requests = Requests().add(blocks + b"\n\n")
    except Garbage as garbage:
        raise click.ClickException(str(garbage)) from garbage
    for request in requests:
        evidence = ClientEvidence(request, around)
        plan = decide(evidence, policy.program, time.time(), explain=True)
        for line in explain_rules(plan.trace, len(policy.rules)):
            click.echo(line)
        by = f"by rule {plan.rule!r}" if plan.rule else "no rule ended the run"
        click.echo(f"\nresult: {plan.in_words()} ({by})")
        if plan.prepend:
            click.echo(f"        prepends {': '.join(plan.prepend)}")
        for warning in evidence.warnings:
            click.echo(warning, err=True)


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
def why(told: dict[str, Any], address: str, last: int) -> None:
    """Find ADDRESS in the decision log, and print what was decided, and why.

    ADDRESS is the IP address or the name of a client, an envelope sender, an envelope
    recipient, or the domain of one of these. To read another log, name it before the
    command: `maildrop-py policy --log FILE why ADDRESS`."""
    log = told["log"] or setting_of({**told, "opensmtpd": True}).log
    found: deque[dict[str, Any]] = deque(maxlen=last)
    sessions: set[str] = set()
    for entry in _entries(str(log)):
        is_end = entry.get("outcome") == "sent" and entry.get("session") in sessions
        if is_end or ("action" in entry and is_about(entry, address)):
            found.append(entry)
            if not is_end:
                sessions.add(str(entry.get("instance", "")).rpartition(".")[0])
    for entry in found:
        click.echo("\n".join(in_words(entry)))
    if not found:
        click.echo(f"the log {log} has nothing about {address}", err=True)
    sys.exit(0 if found else 1)


def _entries(log: str) -> Iterator[dict[str, Any]]:
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            yield from (entry for entry in entries_of(file) if entry is not None)
    except OSError as error:
        raise click.ClickException(f"{log}: {error.strerror}") from error


def dry_run(path: str, told: dict[str, Any]) -> None:
    """What the policy at `path` would have done with what was logged."""
    policy = policy_at(path)
    past = _past(told)
    account = Replay(policy, alone(policy)).run(past)
    if told["as_json"]:
        click.echo(json.dumps(_as_object(account)))
        return
    for line in _table(account):
        click.echo(line)


def _past(told: dict[str, Any]) -> list[Logged]:
    if told["maillog"]:
        newest = max(os.stat(path).st_mtime for path in told["maillog"])
        log = MailLog(newest)
        for path in sorted(told["maillog"], key=lambda one: os.stat(one).st_mtime):
            with open(path, encoding="utf-8", errors="replace") as file:
                log.read(file)
        return log.finished()
    if not told["log"]:
        raise UsageError("say what to go by: --log FILE, or --maillog FILE")
    found = map(logged_of, _entries(told["log"]))
    return sorted((one for one in found if one is not None), key=lambda one: one.time)


def _as_object(account: Account) -> dict[str, Any]:
    waits = account.came_back()
    return {
        "requests": account.requests,
        "rules": {rule: dict(counts) for rule, counts in as_rows(account)},
        "deferred": len(account.triplets),
        "came_back": len(waits),
        "median_wait": account.median_wait(),
        "never_came_back": account.never(),
        "let_in_then": account.cannot_tell(),
    }


def _table(account: Account) -> Iterator[str]:
    said = [time.strftime("%Y-%m-%d", time.gmtime(one)) for one in (account.begins, account.ends)]
    yield f"{account.requests} recipients, {said[0]} to {said[1]}; nothing was changed"
    if not account.requests:
        return
    columns = ("pass", "greylist", "tarpit", "defer", "reject")
    yield ""
    yield f"{'rule':40}" + "".join(f"{name:>10}" for name in columns)
    for rule, counts in as_rows(account):
        yield f"{rule[:40]:40}" + "".join(f"{counts[name] or '':>10}" for name in columns)
    median = account.median_wait()
    yield ""
    yield f"would have been deferred: {len(account.triplets)} clients, senders and recipients"
    waited = f", after {median:.0f} s (median)" if median is not None else ""
    yield f"  came back and passed: {len(account.came_back())}{waited}"
    yield f"  never came back: {account.never()}"
    yield f"  were let in at once then, so nobody can tell: {account.cannot_tell()}"
