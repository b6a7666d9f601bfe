"""learn: what spam and ham are, for the condition `bayes`.

What was learnt is in the state directory of the user
(`$XDG_STATE_HOME/maildrop-py/bayes.sqlite`).

Known limits: messages that servers keep in other formats than files, Maildirs
and mbox are not read.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.rules_file import settings_of_user
from maildrop_py.evidence.bayes.shared import open_bayes
from maildrop_py.evidence.bayes.status_words import outcomes_in_words, status_in_words
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.bayes.teacher import Teacher
from maildrop_py.paths import UserPaths
from maildrop_py.refile.maildir_messages import ListedMaildirs
from maildrop_py.refile.named_messages import in_turn
from maildrop_py.report.progress import progress
from maildrop_py.report.standard_error import say
from maildrop_py.translation import text

state_option = click.option(
    "--state",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Where the filter keeps its data [~/.local/state/maildrop-py].",
)
sources_argument = click.argument(
    "sources", type=a_path, nargs=-1, required=True, metavar="SOURCE..."
)


@click.group()
def learn() -> None:
    """Teach the Bayes filter what spam and ham are. The condition `bayes` asks it.

    A SOURCE is a message, a folder of messages, a Maildir or one of its folders, a
    mailbox file (mbox), or - for standard input. A message is counted once: it is
    known by its Message-ID. If it is learnt again as the other kind, only that counts."""


@learn.command()
@sources_argument
@state_option
def spam(sources: tuple[str, ...], state: str | None) -> None:
    """Learn the messages in each SOURCE as spam, for example ~/Maildir/.Junk."""
    _run(sources, state, True)


@learn.command()
@sources_argument
@state_option
def ham(sources: tuple[str, ...], state: str | None) -> None:
    """Learn the messages in each SOURCE as ham, which is mail that you want."""
    _run(sources, state, False)


@learn.command()
@sources_argument
@state_option
def forget(sources: tuple[str, ...], state: str | None) -> None:
    """Forget what was learnt from the messages in each SOURCE."""
    _run(sources, state, None)


@learn.command()
@state_option
def status(state: str | None) -> None:
    """Print how many messages were learnt, and when."""
    store = _store(state)
    found = store.status()
    _warn(*store.warnings)
    if found is None:
        raise click.exceptions.Exit(1)
    for line in status_in_words(found, time.time()):
        click.echo(text(line))


def _run(sources: tuple[str, ...], state: str | None, is_spam: bool | None) -> None:
    store, settings = _store(state), settings_of_user()
    lessons = Teacher(store, settings, is_spam, time)
    walk = ListedMaildirs(settings, ("INBOX",), say)
    unreadable: list[str] = []

    def failed(path: str, why: str) -> None:
        unreadable.append(path)
        say(path, why)

    try:
        for _ in in_turn(lessons.add, sources, walk, partial(progress, text("Learning")), failed):
            pass
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    finally:
        lessons.finish()
    _warn(*store.warnings, *lessons.warnings)
    click.echo(outcomes_in_words(lessons.outcomes))
    if unreadable or not store.usable:
        raise click.exceptions.Exit(1)


def _store(state: str | None) -> BayesStore:
    place = os.path.abspath(state) if state else UserPaths(os.environ).state
    return open_bayes(settings_of_user().store, place)


def _warn(*warnings: str) -> None:
    for warning in warnings:
        print(text(warning), file=sys.stderr)
