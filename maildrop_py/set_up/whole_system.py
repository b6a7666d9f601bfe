"""whole_system: hands the mail of all users of this machine to maildrop-py, behind Postfix.

Every user gets a Maildir, and every user made later too (by /etc/skel). The line is tried as one
of the users first. Where Postfix runs, a message is sent through it afterwards, and the line is
taken back if that does not arrive.

Guarantee: settings that deliver mail otherwise are left alone where a user depends on them.
Known limits: for Exim and OpenSMTPD the line is only shown; mail for root needs an alias.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from maildrop_py.paths import PROGRAM, SENDMAIL
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.hook_lines import guarded
from maildrop_py.set_up.hook_trial import MESSAGE, messages_with, try_line
from maildrop_py.set_up.mail_server import Postfix
from maildrop_py.set_up.old_filters import found_filters

COMMAND = "mailbox_command"
BEFORE_IT = ("mailbox_transport", "mailbox_transport_maps", "mailbox_command_maps")
"""Settings of Postfix by which local mail never reaches `mailbox_command`."""

SKELETON = "/etc/skel"
PARTS = ("", "/cur", "/new", "/tmp")


class WholeSystem:
    """The set-up of all `users`, whose mail `postfix` delivers, by the program at `program`."""

    def __init__(
        self,
        postfix: Postfix,
        program: str,
        users: list[pwd.struct_passwd],
        changes: Changes,
        talk: Conversation,
        wait: float = 30.0,
    ) -> None:
        self._postfix, self._line, self._users = postfix, guarded(program), users
        self._changes, self._talk, self._wait = changes, talk, wait

    def set_up(self, skeleton: str = SKELETON) -> bool:
        """Do it; whether mail goes through us now."""
        now = self._postfix.value(COMMAND)
        if now == self._line:
            self._talk.say(f"{COMMAND} hands mail over already")
            return True
        why = self._why_not(now)
        if why:
            self._talk.say(f"Postfix was left as it is: {why}")
            return False
        if not self._talk.agree("Hand the mail of all users to maildrop-py?"):
            return False
        self._make_maildirs(skeleton)
        return self._try_line() and self._put_line()

    def _why_not(self, now: str) -> str:
        for name in BEFORE_IT:
            if value := self._postfix.effective(name):
                return f"{name} = {value} delivers local mail"
        if now and PROGRAM not in now:
            dependent = [it.pw_name for it in self._users if _has_old_rules(it)]
            if dependent:
                names = ", ".join(dependent)
                return f"{COMMAND} = {now}, and {names} may have rules there: convert them first"
        return ""

    def _make_maildirs(self, skeleton: str) -> None:
        made = [it.pw_name for it in self._users if _make_maildir_of(it)]
        if made:
            self._talk.say(f"made ~/Maildir of {', '.join(made)}")
        if os.path.isdir(skeleton):
            if not os.path.isdir(f"{skeleton}/Maildir"):
                self._changes.make_maildir(f"{skeleton}/Maildir")
            self._talk.say(f"users made from now on have a Maildir: {skeleton}/Maildir")
        waiting = [it.pw_name for it in self._users if _size(f"/var/mail/{it.pw_name}")]
        if waiting:
            text = "have mail in /var/mail, which stays there (maildrop-py refile --from-mbox)"
            self._talk.say(f"{', '.join(waiting)} {text}")

    def _try_line(self) -> bool:
        if not self._users:
            self._talk.say("no user has a home here, so the line cannot be tried")
            return True
        user = self._users[0]
        trial = try_line(self._line, user, f"{user.pw_dir}/Maildir")
        if trial.why:
            self._talk.say(f"Postfix was left as it is: the line does not work: {trial.why}")
            return False
        self._changes.note_message(trial.path)
        self._talk.say(f"tried the line with a message to {user.pw_name}: {trial.path}")
        return True

    def _put_line(self) -> bool:
        self._changes.set_parameter(self._postfix, COMMAND, self._line)
        if not self._users or not self._postfix.is_running():
            self._talk.say("Postfix does not run: it delivers by the line when it starts")
            return True
        user = self._users[0]
        path = self._sent_through(user)
        if path:
            self._changes.note_message(path)
            self._talk.say(f"Postfix delivered a message to {user.pw_name}: {path}")
            return True
        self._changes.take_back_last(self._postfix)
        self._talk.say(f"a message to {user.pw_name} did not arrive: the line was taken back")
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


def _has_old_rules(user: pwd.struct_passwd) -> bool:
    return bool(found_filters(user.pw_dir))


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
    return "root's mail: give root an alias in /etc/aliases (root: NAME), then run newaliases"


def read_aliases(path: str = "/etc/aliases") -> list[str]:
    """The lines of the file; none if it is not there."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
