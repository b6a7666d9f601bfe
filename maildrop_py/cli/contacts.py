"""contacts: the people the user has written to, for the condition `known_sender`.

They are where delivery looks for them: in the state directory of the user
(`$XDG_STATE_HOME/maildrop-py`), in one text file that people can read.

Known limits: only whole addresses, no domains; sent mail in Maildirs only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.rules_file import settings_of_user
from maildrop_py.evidence import contact_sources
from maildrop_py.evidence.contact_sources import Learnt
from maildrop_py.evidence.contacts import Contacts, normal
from maildrop_py.evidence.store import Store
from maildrop_py.paths import UserPaths, contacts_file, evidence_store
from maildrop_py.report.contacts import forgotten_in_words, learnt_in_words, why_no_maildir
from maildrop_py.report.progress import progress
from maildrop_py.report.tables import counted
from maildrop_py.rules.language.own_settings import ME
from maildrop_py.translation import text

state_option = click.option(
    "--state",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Where contacts are kept [~/.local/state/maildrop-py].",
)
readable = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.group()
def contacts() -> None:
    """The people you have written to; `known_sender` is true of their mail."""


@contacts.command()
@click.argument("maildirs", type=a_path, nargs=-1, required=True, metavar="MAILDIR...")
@click.option(
    "--me", multiple=True, metavar="ADDRESS", help="An address of mine, which is not a contact."
)
@click.option("--again", is_flag=True, help="Also read the messages that were read before.")
@state_option
def learn(maildirs: tuple[str, ...], me: tuple[str, ...], again: bool, state: str | None) -> None:
    """Learn everyone in To, Cc and Bcc of the sent mail in MAILDIR, such as ~/Maildir/.Sent.

    It is remembered which messages were read, so that the next time only new ones are
    opened. Your own addresses, from --me and from `me` in the rules, are left out.
    """
    directory = _state(state)
    own = (*me, *settings_of_user(ME).me)
    store = Store(evidence_store(directory))
    failed = False
    for maildir in maildirs:
        try:
            learnt = _learn(maildir, _contacts(directory), store, own, again)
        except OSError as error:
            failed = True
            click.echo(f"{maildir}: {why_no_maildir(maildir, error)}", err=True)
        else:
            click.echo(f"{maildir}: {learnt_in_words(learnt)}")
    for warning in store.warnings:
        click.echo(warning, err=True)
    if failed:
        raise click.exceptions.Exit(1)


@contacts.command()
@click.argument("store", metavar="redis://...")
@state_option
def share(store: str, state: str | None) -> None:
    """Copy every contact into the store that several hosts share (`store:` in the rules)."""
    with _failures():
        number, warnings = contact_sources.share(_contacts(_state(state)), store, time.time())
    if warnings:
        raise click.ClickException(warnings[0])
    click.echo(counted(number, "contact"))


@contacts.command("list")
@state_option
def list_(state: str | None) -> None:
    """Print every contact, an address a line."""
    with _failures():
        for address in _contacts(_state(state)).all():
            click.echo(address)


@contacts.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@state_option
def forget(addresses: tuple[str, ...], state: str | None) -> None:
    """Drop each ADDRESS, and never learn it again (unless it is imported with --again)."""
    for address in addresses:
        if normal(address) is None:
            raise click.BadParameter(
                text("{address!r} is not an address", address=address), param_hint="ADDRESS"
            )
    with _failures():
        number = _contacts(_state(state)).forget(addresses)
    click.echo(forgotten_in_words(number, len(set(map(normal, addresses))) - number))


@contacts.command("import")
@click.argument("files", nargs=-1, required=True, type=readable, metavar="FILE...")
@click.option("--again", is_flag=True, help="Also those that were forgotten.")
@state_option
def import_(files: tuple[str, ...], again: bool, state: str | None) -> None:
    """Make contacts of the addresses in each FILE (- is standard input).

    A file is a vCard file, as every address book exports it, or plain text with one
    address or more on a line: names may come before <address>, and # starts a comment.
    """
    for path in files:
        with _failures(path), click.open_file(path, "rb") as file:
            found = contact_sources.addresses_in(file.read())
        if not found:
            click.echo(text("{path}: there is no address in it", path=path), err=True)
        with _failures():
            added = _contacts(_state(state)).add(found, again=again)
        wording = "{path}: {addresses}, {added} new"
        click.echo(text(wording, path=path, addresses=counted(len(found), "address"), added=added))


def _learn(
    maildir: str, contacts: Contacts, store: Store, own: tuple[str, ...], again: bool
) -> Learnt:
    total = sum(len(os.listdir(os.path.join(maildir, part))) for part in ("cur", "new"))
    with progress(text("Reading {maildir}", maildir=maildir), total) as advance:
        return contact_sources.learn(
            maildir, contacts, store, time.time(), own, again=again, advance=advance
        )


def _state(given: str | None) -> str:
    return os.path.abspath(given) if given else UserPaths(os.environ).state


def _contacts(state: str) -> Contacts:
    return Contacts(contacts_file(state))


@contextmanager
def _failures(path: str = "") -> Iterator[None]:
    """An error of the system becomes one line, with the path if it is known, and status 1."""
    try:
        yield
    except OSError as error:
        where, why = path or error.filename, error.strerror or str(error)
        raise click.ClickException(f"{where}: {why}" if where else why) from error
