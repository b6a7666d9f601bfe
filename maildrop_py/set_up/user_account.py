"""user_account: sets one user up: rules, Maildir, subscriptions, and the line for the mail server.

Guarantee: nothing that is there is overwritten, but a .forward or .qmail that the user agrees to
replace; that is kept beside. The line is tried with a message before it gets its place. A filter
that could not be translated whole leaves the line out, for what it did would be missing.
"""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from datetime import date

from maildrop_py.convert.conversion import BadFile
from maildrop_py.convert.converted_rules import text_of
from maildrop_py.maildir.folder_listing import folders_of
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.subscriptions import subscribe
from maildrop_py.record import record
from maildrop_py.rules.actions.file import File
from maildrop_py.rules.language.library import builtin_path
from maildrop_py.rules.language.schema import schema as rules_schema
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.dovecot import ImapStore
from maildrop_py.set_up.hook_lines import guarded, hook_lines
from maildrop_py.set_up.hook_test import try_line
from maildrop_py.set_up.mail_server import QMAIL, USER_FILE
from maildrop_py.set_up.old_filters import found_filters, other_words, rules_from
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.rule_set import RuleSet

SCHEMA = "rules.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}"


@record
class Surroundings:
    """What was found: the mail server's name ("" if none), the path that it should call, the
    IMAP server's store (None if there is none), the file whose line starts us already, and why the
    mail server would not run a user's own line ("" if it would)."""

    server: str
    program: str
    store: ImapStore | None = None
    named_in: str = ""
    obstacle: str = ""


class UserAccount:
    """The set-up of `account`; `rules` and `maildir` are absolute paths."""

    def __init__(
        self,
        account: pwd.struct_passwd,
        around: Surroundings,
        changes: Changes,
        talk: Conversation,
    ) -> None:
        self._account, self._around = account, around
        self._changes, self._talk = changes, talk
        self._gaps = 0

    def write_rules(self, path: str, maildir: str) -> None:
        """Rules made from the user's old filter, or starter rules, unless there are some."""
        if os.path.lexists(path):
            self._talk.say(translated("{path} is there already: left as it is", path=path))
            return
        text = self._converted() or self._starter(maildir)
        self._changes.make_directory(os.path.dirname(path))
        self._changes.write_file(path, f"{MODELINE}\n{text}")
        schema = os.path.join(os.path.dirname(path), SCHEMA)
        if not os.path.lexists(schema):
            text = json.dumps(rules_schema(), indent=2, ensure_ascii=False)
            self._changes.write_file(schema, f"{text}\n")
        self._talk.say(translated("try them: {command}", command=f"maildrop-py check {path}"))

    def make_maildir(self, maildir: str) -> None:
        """The Maildir, empty, unless it is there."""
        if os.path.isdir(os.path.join(maildir, "cur")):
            self._talk.say(translated("{path} is there already", path=maildir))
            return
        if os.path.isdir(maildir):
            for part in ("cur", "new", "tmp"):
                self._changes.make_directory(f"{maildir}/{part}")
        else:
            self._changes.make_maildir(maildir)

    def subscribe_to_folders(self, rules: RuleSet, root: str) -> None:
        """Let IMAP clients that show subscribed folders only show those that rules name."""
        settings, named = rules.settings, set(_file_names(rules))
        maildir = Maildir(root, settings.layout, settings.folder_encoding)
        there = [it for it in folders_of(maildir, lambda path, why: None) if it.name in named]
        for folder in there:
            subscribe(root, folder.path, "/" if settings.layout == "fs" else ".")
        if there:
            names = ", ".join(it.name for it in there)
            self._talk.say(
                translated("subscribed to the folders that rules file into: {names}", names=names)
            )

    def put_line(self, maildir: str) -> bool:
        """The mail server's line into the user's file; whether mail goes through us now."""
        if self._around.named_in:
            self._talk.say(
                translated("{server} hands mail over already", server=self._around.named_in)
            )
            return True
        why = self._why_no_line()
        if why:
            self._talk.say(
                translated("the mail server's line was not put anywhere: {why}", why=why)
            )
            return False
        path = os.path.join(self._account.pw_dir, USER_FILE[self._around.server])
        if not self._talk.agree(
            translated("Hand your mail to maildrop-py, by a line in {path}?", path=path)
        ):
            return False
        line = guarded(self._around.program)
        trial = try_line(line, self._account, maildir)
        if trial.why:
            wording = "{path} is as it was: the line does not work: {why}"
            self._talk.say(translated(wording, path=path, why=trial.why))
            return False
        self._changes.note_message(trial.path)
        self._talk.say(
            translated("tried the line with a message to yourself: {path}", path=trial.path)
        )
        self._changes.write_file(path, f"{self._line()}\n")
        return True

    def _why_no_line(self) -> str:
        server = self._around.server
        if server not in USER_FILE:
            if not server:
                return translated("no mail server is here")
            return translated("{server} takes it in its own settings", server=server)
        if self._around.obstacle:
            return self._around.obstacle
        if self._gaps:
            wording = "{number} places of the old filter are no rules yet (GAP in the rules file)"
            return translated(wording, number=self._gaps)
        path = os.path.join(self._account.pw_dir, USER_FILE[server])
        if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)):
            return translated("{path} is a link or no file", path=path)
        others = list(other_words(path))
        if not others:
            return ""
        return translated(
            "{path} says what only you can decide about: {line}", path=path, line=others[0]
        )

    def _line(self) -> str:
        lines = hook_lines(self._around.program)
        key = QMAIL if self._around.server == QMAIL else "Postfix or Exim, for one user"
        return lines[key][1][0]

    def _converted(self) -> str:
        """Rules made from what sorted the mail before; "" if there was nothing, or not wanted."""
        for path in found_filters(self._account.pw_dir):
            if self._talk.agree(translated("Make rules from {path}?", path=path)):
                return self._rules_from(path)
        return ""

    def _rules_from(self, path: str) -> str:
        home, user = self._account.pw_dir, self._account.pw_name
        try:
            result = rules_from(path, home, user, date.today(), self._settings())
        except (BadFile, OSError) as error:
            self._gaps += 1
            wording = "no rules could be made from {path}: {why}"
            self._talk.say(translated(wording, path=path, why=str(error)))
            return ""
        self._gaps += len(result.gaps)
        count = len(result.rules)
        wording = "{path}: {rules} rules, {gaps} places left (GAP)"
        self._talk.say(translated(wording, path=path, rules=count, gaps=len(result.gaps)))
        return text_of(result)

    def _settings(self) -> dict[str, str]:
        """How mail lies, as rules say it; a Sieve script says nothing of that."""
        store = self._around.store
        if store is None or store.problems:
            return {}
        place = {"maildir": _short(store.maildir, self._account.pw_dir)}
        return place | {"layout": store.layout, "folder_encoding": store.encoding}

    def _starter(self, maildir: str) -> str:
        with open(builtin_path("starter"), encoding="utf-8") as file:
            return starter_for(file.read(), self._around.store, maildir, self._account.pw_dir)


def starter_for(text: str, store: ImapStore | None, maildir: str, home: str) -> str:
    """The starter rules for mail that lies as `store` says, in `maildir`."""
    short = _short(maildir, home)
    if short != "~/Maildir":
        text = text.replace("maildir: ~/Maildir", f"maildir: {json.dumps(short)}", 1)
    if store is None or store.problems:
        return text
    text = text.replace("layout: maildir++", f"layout: {store.layout}", 1)
    text = text.replace("folder_encoding: imap-utf-7", f"folder_encoding: {store.encoding}", 1)
    if store.junk and store.junk != "Junk":
        text = text.replace("file: Junk", f"file: {json.dumps(store.junk, ensure_ascii=False)}")
    return text


def _short(path: str, home: str) -> str:
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _file_names(rules: RuleSet) -> Iterator[str]:
    """The folders that rules name outright, INBOX left out."""
    for rule in rules.rules:
        for action in rule.then.actions:
            if isinstance(action, File) and "{" not in (name := action.folder.describe()):
                yield name
