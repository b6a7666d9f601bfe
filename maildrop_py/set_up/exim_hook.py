"""exim_hook: Exim, as Debian configures it, runs our line for all users.

A transport of ours is added, and the router `local_user` uses it, because `dc_localdelivery` names
it in update-exim4.conf.conf. `update-exim4.conf` makes one file of all, and refuses what
Exim does not understand. Every Exim that delivers a message reads that file anew.

Guarantee: a configuration of another kind, and users whose mail Exim gives to another filter, are
left alone.
Known limit: without the split configuration the transport goes into exim4.conf.template; dpkg asks
about it when an upgrade changes that file.
"""

from __future__ import annotations

import os
import pwd
import re
import signal
import subprocess

from maildrop_py.errors import Permanent
from maildrop_py.paths import PROGRAM
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.hook_lines import exim_transport
from maildrop_py.set_up.mail_server import EXIM
from maildrop_py.set_up.system_hook import with_old_rules
from maildrop_py.translation import text

DIRECTORY = "/etc/exim4"
PID_FILE = "/run/exim4/exim.pid"
TRANSPORT = "maildrop_py"
OURS = ("mail_spool", "maildir_home", TRANSPORT)
"""Ways of Debian's to deliver that have no rules of users, and ours."""

_BEGIN = re.compile(r"^begin transports[ \t]*\n", re.M)
_DELIVERY = re.compile(r"^dc_localdelivery=(.*)$", re.M)


class EximHook:
    """See `system_hook.SystemHook`."""

    name = EXIM

    def __init__(self, line: str, directory: str = DIRECTORY) -> None:
        self.line = line
        self._answers = f"{directory}/update-exim4.conf.conf"
        self._own = f"{directory}/exim4.conf"
        self._template = f"{directory}/exim4.conf.template"
        self._part = f"{directory}/conf.d/transport/30_maildrop-py"

    def is_done(self) -> bool:
        return self._answer("dc_localdelivery") == TRANSPORT

    def why_not(self, users: list[pwd.struct_passwd]) -> str:
        if os.path.exists(self._own) or not os.path.exists(self._answers):
            return text(
                "its configuration is not Debian's: put the transport below into it, and "
                "`transport = maildrop_py` into the router of local users"
            )
        if self._answer("dc_eximconfig_configtype") in ("", "none"):
            return text("{path} says that it is configured by hand", path=self._answers)
        now = self._answer("dc_localdelivery") or OURS[0]
        if now not in OURS:
            return text("{name} = {value} delivers local mail", name="dc_localdelivery", value=now)
        if names := with_old_rules(users):
            return text("it runs the old filter of {names}: convert it first", names=names)
        if not self._is_split() and not _BEGIN.search(_read(self._template)):
            return text("{path} has no `begin transports`", path=self._template)
        return ""

    def put(self, changes: Changes) -> None:
        transport = "\n".join((f"# {PROGRAM} init --system", *exim_transport(self.line)))
        if self._is_split():
            changes.write_file(self._part, f"{transport}\n", 0o644)
        else:
            before = _read(self._template)
            at = _BEGIN.search(before)
            assert at is not None
            after = f"{before[: at.end()]}\n{transport}\n\n{before[at.end() :]}"
            changes.write_file(self._template, after, 0o644)
        answers = _DELIVERY.sub("", _read(self._answers)).rstrip("\n")
        changes.write_file(self._answers, f"{answers}\ndc_localdelivery='{TRANSPORT}'\n", 0o644)
        if why := _make_anew():
            self.take_back(changes)
            raise Permanent(f"update-exim4.conf: {why}")

    def take_back(self, changes: Changes) -> None:
        changes.take_back_last(None)
        changes.take_back_last(None)
        self.start_again()

    def start_again(self) -> bool:
        """A message that is handed in is delivered by the new file, even without a daemon."""
        _make_anew()
        try:
            pid = int(_read(PID_FILE))
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                if file.read().startswith("exim"):
                    os.kill(pid, signal.SIGHUP)
        except (OSError, ValueError):
            pass
        return True

    def _is_split(self) -> bool:
        return self._answer("dc_use_split_config").lower() == "true"

    def _answer(self, name: str) -> str:
        """What the administrator answered to one of the package's questions."""
        found = re.findall(rf"^{name}=(.*)$", _read(self._answers), re.M)
        return str(found[-1]).strip().strip("'\"") if found else ""


def _make_anew() -> str:
    """Make the file that Exim reads; what was wrong, "" if nothing."""
    try:
        ran = subprocess.run(
            ["/usr/sbin/update-exim4.conf"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        return str(error.strerror or error)
    return ran.stderr.strip() or f"{ran.returncode}" if ran.returncode else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""
