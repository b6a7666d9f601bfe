"""dry_run_output: what a dry run prints: objects, explanations, a table, counts, or changes."""

from __future__ import annotations

import sys
from collections import Counter

import click

from maildrop_py.report.attachments import attachment_lines
from maildrop_py.report.decision_as_json import deeds
from maildrop_py.report.dry_run_rows import (
    LONGEST_TABLE,
    Row,
    as_json,
    print_counts,
    summary_key,
    table_of,
)
from maildrop_py.report.explain import explain as explain_text
from maildrop_py.report.output import json_text
from maildrop_py.report.sender_path import path_lines, was_asked
from maildrop_py.report.visible import visible
from maildrop_py.report.wording import NO_RULE
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.intake.message_files import NamedMessage
    from maildrop_py.refile.named_messages import NamedMessages
    from maildrop_py.report.dry_run import DryRun


def print_dry_run(
    run: DryRun, messages: NamedMessages, *, as_lines: bool, explain: bool, list_all: bool
) -> None:
    """What would become of `messages`: one alone is explained, of many there are counts.

    `as_lines` is one JSON object a line, `explain` every rule for each message, `list_all`
    the table however long it is.
    """
    if as_lines:
        _print_objects(run, messages)
    elif explain or messages.is_one():
        _print_explanations(run, messages, in_full=explain)
    elif list_all or (messages.total or 0) <= LONGEST_TABLE:
        _print_table(run, messages)
    else:
        print_counts(Counter(messages.each(lambda it: run.where(it.message))))


def _print_objects(run: DryRun, messages: NamedMessages) -> None:
    for line in messages.each(lambda it: json_text(as_json(run.row(it.path, it.message)))):
        sys.stdout.write(line)


def _print_explanations(run: DryRun, messages: NamedMessages, in_full: bool) -> None:
    for named in messages:
        _print_explanation(run, named, in_full)


def _print_explanation(run: DryRun, named: NamedMessage, in_full: bool) -> None:
    """Why one message goes where it goes.

    By which way it came and what is attached, if a rule or the user asks.
    """
    message = named.message
    decision, evidence = run.decide(message, explaining=True)
    about = [*path_lines(evidence)] if in_full or was_asked(evidence) else []
    about += attachment_lines(message.parts.attachments if in_full else message.attachments_seen)
    click.echo(f"== {visible(named.path)}")
    click.echo(explain_text(message, decision, len(run.program), about))


def print_changes(now: DryRun, then: DryRun, messages: NamedMessages, as_lines: bool) -> None:
    """Only the messages for which the two sets of rules decide differently."""

    def change(named: NamedMessage) -> str:
        old, new = (run.row(named.path, named.message) for run in (now, then))
        if deeds(old.actions) == deeds(new.actions):
            return ""
        if as_lines:
            return json_text({"path": named.path, "now": as_json(old), "then": as_json(new)})
        return visible(f"{named.path}: {_by(old)} → {_by(new)}")

    same = changed = 0
    for line in messages.each(change):
        same, changed = (same, changed + 1) if line else (same + 1, changed)
        if line:
            click.echo(line, nl=not as_lines)
    if not as_lines:
        click.echo(text("{changed} would change, {same} would not", changed=changed, same=same))


def _by(row: Row) -> str:
    return f"{row.destination} [{row.rule or NO_RULE}]"


def _print_table(run: DryRun, messages: NamedMessages) -> None:
    """A row a message, and a summary."""
    rows = [Row(*cells) for cells in messages.each(lambda it: run.cells(it.path, it.message))]
    print(*table_of(rows), "", sep="\n")
    print_counts(Counter(map(summary_key, rows)))
