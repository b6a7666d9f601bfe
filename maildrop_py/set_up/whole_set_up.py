"""whole_set_up: what `init` does from the first question to the last, for a user or for all.

What is said and asked goes through a Conversation, what is changed on disk through Changes.
"""

from __future__ import annotations

import os
import pwd

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
from maildrop_py.set_up.whole_system import WholeSystem, mail_for_root, read_aliases, system_hook
from maildrop_py.translation import text


def set_up_user(
    paths: UserPaths,
    changes: Changes,
    talk: Conversation,
    rules: str | None,
    maildir: str | None,
    asks: bool,
) -> None:
    """Rules, a Maildir and the mail server's line for the user; raises MaildropError.

    Unless it `asks`, the line is only shown.
    """
    account = _account(paths)
    store = _store(account)
    if asks:
        _say_what_is_here(store, talk)
    server = found_server()
    obstacle = why_no_user_file(server, os.geteuid() == 0, Postfix) if asks else ""
    around = Surroundings(server, hook_path(), store, _named_in() if asks else "", obstacle)
    user = UserAccount(account, around, changes, talk)
    path = os.path.abspath(rules or paths.rules)
    found = store.maildir if store and not store.problems else paths.maildir
    user.write_rules(path, paths.expand(maildir) if maildir else found)
    written = read_rules(path)
    root = paths.expand(maildir or written.settings.maildir or paths.maildir)
    user.make_maildir(root)
    user.subscribe_to_folders(written, root)
    if not asks or not user.put_line(root):
        _show_lines(talk)
    if asks and changes.noted:
        talk.say(text("`maildrop-py init --undo` takes back what was written"))


def _account(paths: UserPaths) -> pwd.struct_passwd:
    """The user's account, with the home that the environment names."""
    try:
        found = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise MaildropError(f"uid {os.geteuid()} has no account") from None
    return pwd.struct_passwd((*found[:5], paths.home, found.pw_shell))


def _store(account: pwd.struct_passwd) -> ImapStore | None:
    settings = read_doveconf()
    if settings is None:
        return None
    has_maildir = os.path.isdir(f"{account.pw_dir}/Maildir")
    return store_of(settings, account.pw_name, account.pw_dir, {"~/Maildir": has_maildir})


def _say_what_is_here(store: ImapStore | None, talk: Conversation) -> None:
    talk.say(text("mail server: {server}", server=found_server() or text("none found")))
    if store is None:
        wording = "IMAP server: no Dovecot found; folders as in Maildir++, names in imap-utf-7"
        talk.say(text(wording))
        return
    wording = "IMAP server: Dovecot, {maildir}, {layout}, folder names in {encoding}"
    if store.problems:
        wording = "IMAP server: Dovecot, but:"
    names = {"maildir": store.maildir, "layout": store.layout, "encoding": store.encoding}
    talk.say(text(wording, **names))
    for line in (*store.problems, *store.notes):
        talk.say(f"    {text(line)}")


def _named_in() -> str:
    """The file of the mail server that starts us for everybody; "" if there is none."""
    return next((hook.file for hook in hooks_of([])), "")


def _show_lines(talk: Conversation, of: str = "") -> None:
    talk.say("\n" + text("The mail server hands messages over by one of these lines:"))
    for server, (file, lines) in hook_lines(hook_path()).items():
        if of not in server:
            continue
        talk.say("\n" + text("{server}, in {file}:", server=text(server), file=file) + "\n")
        for line in lines:
            talk.say(f"    {line}")


def set_up_system(changes: Changes, talk: Conversation) -> bool:
    """Let the mail server hand all users' mail over; whether it does now."""
    server = found_server()
    hook = system_hook(server, hook_path())
    if hook is None:
        talk.say(text("mail server: {server}", server=server or text("none found")))
        _show_lines(talk)
        return False
    users = [pwd.getpwnam(user.name) for user in ordinary_users()]
    done = WholeSystem(hook, users, changes, talk).set_up()
    if not done:
        _show_lines(talk, server)
    if done and (advice := mail_for_root(read_aliases())):
        talk.say(advice)
    return done


def undo_set_up(changes: Changes, talk: Conversation, system: bool) -> bool:
    """Take back what was done for a user or, with `system`, for all; whether all of it is."""
    if not changes.noted:
        talk.say(text("there is nothing that init did"))
        return True
    server = found_server()
    done = changes.undo(Postfix() if server == POSTFIX else None)
    hook = system_hook(server, "") if system and server != POSTFIX else None
    if hook is not None and not hook.start_again():
        talk.say(text("start {server} again: it has its old settings then", server=server))
    return done
