"""opensmtpd_hook: OpenSMTPD runs our line for all users, by the `action` of local mail.

Of an action that keeps local mail in mbox or Maildir, or gives it to another program, the method
becomes `mda "…"`; its options stay. smtpd checks the file before it gets its place.

Guarantee: actions for virtual users, and those that give mail to another server, are left alone.
Known limit: OpenSMTPD reads its settings only when it starts.
"""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import tempfile

from maildrop_py.errors import Permanent
from maildrop_py.paths import PROGRAM
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.hook_lines import opensmtpd_method
from maildrop_py.set_up.mail_server import OPENSMTPD
from maildrop_py.set_up.system_hook import with_old_rules
from maildrop_py.translation import text as translated

FILES = ("/etc/smtpd.conf", "/etc/mail/smtpd.conf", "/usr/local/etc/mail/smtpd.conf")
SERVICE = "opensmtpd"

_ACTION = re.compile(
    r'^(?P<name>action[ \t]+(?:"[^"\n]*"|\S+)[ \t]+)'
    r'(?P<method>mbox|maildir|mda[ \t]+"(?:\\.|[^"\\\n])*")'
    r"(?P<options>(?:[ \t]+(?:alias|ttl)[ \t]+\S+)*[ \t]*)$",
    re.M,
)


class OpenSmtpdHook:
    """See `system_hook.SystemHook`."""

    name = OPENSMTPD

    def __init__(self, line: str, path: str = "") -> None:
        self.line = line
        self._path = path or next((it for it in FILES if os.path.exists(it)), FILES[0])

    def is_done(self) -> bool:
        methods = [it["method"] for it in self._actions()]
        return bool(methods) and all(it == opensmtpd_method(self.line) for it in methods)

    def why_not(self, users: list[pwd.struct_passwd]) -> str:
        actions = self._actions()
        if not actions:
            wording = (
                "no action in {path} keeps local mail in mbox or maildir: put the action below "
                "there, and name it in the `match` of local mail"
            )
            return translated(wording, path=self._path)
        for found in actions:
            other = found["method"].startswith("mda") and PROGRAM not in found["method"]
            if other and (names := with_old_rules(users)):
                wording = "{line} there, and {names} may have rules for that: convert them first"
                return translated(wording, line=found[0].strip(), names=names)
        return ""

    def put(self, changes: Changes) -> None:
        method = opensmtpd_method(self.line)
        text = _ACTION.sub(lambda it: f"{it['name']}{method}{it['options']}", self._text())
        if why := _why_wrong(text):
            raise Permanent(f"smtpd: {why}")
        changes.write_file(self._path, text, 0o644)

    def take_back(self, changes: Changes) -> None:
        changes.take_back_last(None)
        self.start_again()

    def start_again(self) -> bool:
        """Only where systemd started it; the administrator does it elsewhere."""
        if not os.path.isdir("/run/systemd/system"):
            return False
        command = ["systemctl", "try-restart", SERVICE]
        done = subprocess.run(command, capture_output=True, check=False)
        asked = subprocess.run(["systemctl", "is-active", "--quiet", SERVICE], check=False)
        return done.returncode == 0 and asked.returncode == 0

    def _actions(self) -> list[re.Match[str]]:
        return list(_ACTION.finditer(self._text()))

    def _text(self) -> str:
        try:
            with open(self._path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except OSError:
            return ""


def _why_wrong(text: str) -> str:
    """What smtpd has against the file; "" if nothing."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        ran = subprocess.run(
            ["/usr/sbin/smtpd", "-n", "-f", file.name], capture_output=True, text=True, check=False
        )
    return ran.stderr.strip() if ran.returncode else ""
