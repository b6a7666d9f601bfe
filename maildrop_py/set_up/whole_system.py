"""whole_system: hands the mail of all users of this machine to maildrop-py.

Every user gets a Maildir, and every user made later too (by /etc/skel). The line is tried as one
of the users first. Where the mail server runs, a message is sent through it afterwards, and the
line is taken back if that does not arrive.

Guarantee: settings that deliver mail otherwise are left alone where a user depends on them.
Known limits: qmail's line is only shown; mail for root needs an alias.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from maildrop_py.errors import Permanent
from maildrop_py.paths import SENDMAIL
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.exim_hook import EximHook
from maildrop_py.set_up.hook_lines import guarded
from maildrop_py.set_up.hook_test import MESSAGE, messages_with, try_line
from maildrop_py.set_up.mail_server import EXIM, OPENSMTPD, POSTFIX, Postfix
from maildrop_py.set_up.opensmtpd_hook import OpenSmtpdHook
from maildrop_py.set_up.postfix_hook import PostfixHook
from maildrop_py.set_up.system_hook import SystemHook
from maildrop_py.translation import text as translated

SKELETON = "/etc/skel"
PARTS = ("", "/cur", "/new", "/tmp")


def system_hook(server: str, program: str) -> SystemHook | None:
    """How that mail server is told to run `program`; None where only a person can do that."""
    line = guarded(program)
    if server == POSTFIX:
        return PostfixHook(Postfix(), line)
    if server == EXIM:
        return EximHook(line)
    return OpenSmtpdHook(line) if server == OPENSMTPD else None


class WholeSystem:
    """The set-up of all `users`, whose mail the server of `hook` delivers."""

    def __init__(
        self,
        hook: SystemHook,
        users: list[pwd.struct_passwd],
        changes: Changes,
        talk: Conversation,
        wait: float = 30.0,
    ) -> None:
        self._hook, self._users = hook, users
        self._changes, self._talk, self._wait = changes, talk, wait

    def set_up(self, skeleton: str = SKELETON) -> bool:
        """Do it; whether mail goes through us now."""
        server = self._hook.name
        if self._hook.is_done():
            self._talk.say(translated("{server} hands mail over already", server=server))
            return True
        if why := self._hook.why_not(self._users):
            self._leave(why)
            return False
        if not self._talk.agree(translated("Hand the mail of all users to maildrop-py?")):
            return False
        self._make_maildirs(skeleton)
        return self._try_line() and self._put_line()

    def _leave(self, why: str) -> None:
        server = self._hook.name
        self._talk.say(translated("{server} was left as it is: {why}", server=server, why=why))

    def _make_maildirs(self, skeleton: str) -> None:
        made = [it.pw_name for it in self._users if _make_maildir_of(it)]
        if made:
            self._talk.say(translated("made ~/Maildir of {names}", names=", ".join(made)))
        if os.path.isdir(skeleton):
            if not os.path.isdir(f"{skeleton}/Maildir"):
                self._changes.make_maildir(f"{skeleton}/Maildir")
            wording = "users made from now on have a Maildir: {path}"
            self._talk.say(translated(wording, path=f"{skeleton}/Maildir"))
        waiting = [it.pw_name for it in self._users if _size(f"/var/mail/{it.pw_name}")]
        if waiting:
            wording = "{names}: mail in /var/mail stays there (maildrop-py refile --from-mbox)"
            self._talk.say(translated(wording, names=", ".join(waiting)))

    def _try_line(self) -> bool:
        if not self._users:
            self._talk.say(translated("no user has a home here, so the line cannot be tried"))
            return True
        user = self._users[0]
        trial = try_line(self._hook.line, user, f"{user.pw_dir}/Maildir")
        if trial.why:
            self._leave(translated("the line does not work: {why}", why=trial.why))
            return False
        self._changes.note_message(trial.path)
        wording = "tried the line with a message to {user}: {path}"
        self._talk.say(translated(wording, user=user.pw_name, path=trial.path))
        return True

    def _put_line(self) -> bool:
        server = self._hook.name
        try:
            self._hook.put(self._changes)
        except Permanent as error:
            self._leave(str(error))
            return False
        if not self._hook.start_again() or not self._users:
            wording = "when {server} is started again, it delivers by the line"
            self._talk.say(translated(wording, server=server))
            return True
        user = self._users[0]
        path = self._sent_through(user)
        if path:
            self._changes.note_message(path)
            wording = "{server} delivered a message to {user}: {path}"
            self._talk.say(translated(wording, server=server, user=user.pw_name, path=path))
            return True
        self._hook.take_back(self._changes)
        wording = "a message to {user} did not arrive: the line was taken back"
        self._talk.say(translated(wording, user=user.pw_name))
        return False

    def _sent_through(self, user: pwd.struct_passwd) -> str:
        """Where a message that Postfix was given arrived; "" if it did not within `wait`."""
        identity = f"init.{time.time_ns()}@maildrop-py.invalid"
        began = time.time()
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(began))
        text = MESSAGE.format(user=user.pw_name, date=date, identity=identity)
        command = [SENDMAIL, "-i", "-f", user.pw_name, user.pw_name]
        if subprocess.run(command, input=text, text=True, check=False).returncode != 0:
            return ""
        while time.time() < began + self._wait:
            found = next(messages_with(identity.encode(), f"{user.pw_dir}/Maildir", began), "")
            if found:
                return found
            time.sleep(0.2)
        return ""


def _make_maildir_of(user: pwd.struct_passwd) -> bool:
    """As that user: nothing that a user put there makes root follow it."""
    root = f"{user.pw_dir}/Maildir"
    if os.path.isdir(f"{root}/cur"):
        return False
    command = ["/bin/mkdir", "-p", "-m", "700", "--", *(root + part for part in PARTS)]
    ran = subprocess.run(
        command,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        umask=0o077,
        check=False,
        capture_output=True,
    )
    return ran.returncode == 0


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def mail_for_root(aliases: Iterable[str]) -> str:
    """What to do about root's mail, given the lines of /etc/aliases; "" if it has an alias."""
    if any(line.partition(":")[0].strip() == "root" for line in aliases):
        return ""
    return translated(
        "root's mail: give root an alias in /etc/aliases (root: NAME), then run newaliases"
    )


def read_aliases(path: str = "/etc/aliases") -> list[str]:
    """The lines of the file; none if it is not there."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
