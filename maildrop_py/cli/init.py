"""init: sets a user, or all users of the machine, up; and takes it back."""

from __future__ import annotations

import os
import pwd
import sys

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.errors import MaildropError
from maildrop_py.paths import UserPaths
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.dovecot import ImapStore, read_doveconf, store_of
from maildrop_py.set_up.hook_lines import hook_lines
from maildrop_py.set_up.hook_search import hooks_of
from maildrop_py.set_up.mail_server import POSTFIX, Postfix, found_server, why_no_user_file
from maildrop_py.set_up.program_path import hook_path
from maildrop_py.set_up.user_account import Surroundings, UserAccount
from maildrop_py.set_up.users import ordinary_users
from maildrop_py.set_up.whole_system import (
    WholeSystem,
    mail_for_root,
    read_aliases,
    system_hook,
)
from maildrop_py.translation import text as said

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
    if undo:
        sys.exit(0 if _undo(changes, system) else 1)
    talk = Conversation(click.echo, lambda question: yes or _asked(question))
    if system:
        sys.exit(0 if _set_up_system(changes, talk) else 1)
    asks = yes or _is_talking()
    _set_up_user(paths, changes, talk, rules, maildir, asks)


def _asked(question: str) -> bool:
    return _is_talking() and click.confirm(question, default=True)


def _is_talking() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _undo(changes: Changes, system: bool) -> bool:
    if not changes.noted:
        click.echo(said("there is nothing that init did"))
        return True
    server = found_server()
    done = changes.undo(Postfix() if server == POSTFIX else None)
    hook = system_hook(server, "") if system and server != POSTFIX else None
    if hook is not None and not hook.start_again():
        click.echo(said("start {server} again: it has its old settings then", server=server))
    return done


def _set_up_user(
    paths: UserPaths,
    changes: Changes,
    talk: Conversation,
    rules: str | None,
    maildir: str | None,
    asks: bool,
) -> None:
    account = _account(paths)
    store = _store(account)
    if asks:
        _say_what_is_here(store)
    server = found_server()
    obstacle = why_no_user_file(server, os.geteuid() == 0, Postfix) if asks else ""
    around = Surroundings(server, hook_path(), store, _named_in() if asks else "", obstacle)
    user = UserAccount(account, around, changes, talk)
    path = os.path.abspath(rules or paths.rules)
    found = store.maildir if store and not store.problems else paths.maildir
    user.write_rules(path, paths.expand(maildir) if maildir else found)
    try:
        written = read_rules(path)
    except MaildropError as error:
        raise click.ClickException(str(error)) from None
    root = paths.expand(maildir or written.settings.maildir or paths.maildir)
    user.make_maildir(root)
    user.subscribe_to_folders(written, root)
    if not asks or not user.put_line(root):
        _show_lines()
    if asks and changes.noted:
        click.echo(said("`maildrop-py init --undo` takes back what was written"))


def _account(paths: UserPaths) -> pwd.struct_passwd:
    """The user's account, with the home that the environment names."""
    try:
        found = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise click.ClickException(f"uid {os.geteuid()} has no account") from None
    return pwd.struct_passwd((*found[:5], paths.home, found.pw_shell))


def _store(account: pwd.struct_passwd) -> ImapStore | None:
    settings = read_doveconf()
    if settings is None:
        return None
    has_maildir = os.path.isdir(f"{account.pw_dir}/Maildir")
    return store_of(settings, account.pw_name, account.pw_dir, {"~/Maildir": has_maildir})


def _say_what_is_here(store: ImapStore | None) -> None:
    click.echo(said("mail server: {server}", server=found_server() or said("none found")))
    if store is None:
        wording = "IMAP server: no Dovecot found; folders as in Maildir++, names in imap-utf-7"
        click.echo(said(wording))
        return
    wording = "IMAP server: Dovecot, {maildir}, {layout}, folder names in {encoding}"
    if store.problems:
        wording = "IMAP server: Dovecot, but:"
    names = {"maildir": store.maildir, "layout": store.layout, "encoding": store.encoding}
    click.echo(said(wording, **names))
    for line in (*store.problems, *store.notes):
        click.echo(f"    {said(line)}")


def _named_in() -> str:
    """The file of the mail server that starts us for everybody; "" if there is none."""
    return next((hook.file for hook in hooks_of([])), "")


def _show_lines(of: str = "") -> None:
    click.echo("\n" + said("The mail server hands messages over by one of these lines:"))
    for server, (file, lines) in hook_lines(hook_path()).items():
        if of not in server:
            continue
        click.echo("\n" + said("{server}, in {file}:", server=said(server), file=file) + "\n")
        for line in lines:
            click.echo(f"    {line}")


def _set_up_system(changes: Changes, talk: Conversation) -> bool:
    server = found_server()
    hook = system_hook(server, hook_path())
    if hook is None:
        click.echo(said("mail server: {server}", server=server or said("none found")))
        _show_lines()
        return False
    users = [pwd.getpwnam(user.name) for user in ordinary_users()]
    done = WholeSystem(hook, users, changes, talk).set_up()
    if not done:
        _show_lines(server)
    if done and (advice := mail_for_root(read_aliases())):
        click.echo(advice)
    return done
