"""init: sets a user, or all users of the machine, up; and takes it back."""

from __future__ import annotations

import os
import sys

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.paths import UserPaths
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.whole_set_up import set_up_system, set_up_user, undo_set_up

SYSTEM_NOTES = "/etc/maildrop-py/init.json"


@click.command()
@click.option("--rules", type=a_path, metavar="FILE", help="Where to put the rules.")
@click.option(
    "--maildir", type=a_path, metavar="DIR", help="The Maildir [as Dovecot has it, else ~/Maildir]."
)
@click.option("--yes", is_flag=True, help="Ask nothing; do what is safe.")
@click.option("--system", is_flag=True, help="As root: for all users of the machine.")
@click.option("--undo", is_flag=True, help="Take back what init did, as far as it is unchanged.")
def init(rules: str | None, maildir: str | None, yes: bool, system: bool, undo: bool) -> None:
    """Set up rules and a Maildir, and let the mail server hand mail over.

    Nothing that is there is overwritten. On a terminal, or with --yes, it looks at the mail
    server, at Dovecot and at the filter you had, offers rules made from it, tries the mail
    server's line with a message to yourself, and puts it into .forward; a file that was there is
    kept beside. Else it only says which line to put where.
    """
    paths = UserPaths(os.environ)
    changes = Changes(SYSTEM_NOTES if system else f"{paths.state}/init.json", click.echo)
    if system and os.geteuid() != 0:
        raise click.UsageError("--system is for root")
    talk = Conversation(click.echo, lambda question: yes or _asked(question))
    if undo:
        sys.exit(0 if undo_set_up(changes, talk, system) else 1)
    if system:
        sys.exit(0 if set_up_system(changes, talk) else 1)
    asks = yes or _is_talking()
    set_up_user(paths, changes, talk, rules, maildir, asks)


def _asked(question: str) -> bool:
    return _is_talking() and click.confirm(question, default=True)


def _is_talking() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
