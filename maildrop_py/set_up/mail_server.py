"""mail_server: which mail server this machine has, and Postfix's settings.

Known limit: of several that are installed, the one is taken whose `sendmail` is the system's.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from maildrop_py.errors import Permanent
from maildrop_py.set_up.changes import Parameters
from maildrop_py.translation import text

POSTFIX, EXIM, OPENSMTPD, QMAIL = "Postfix", "Exim", "OpenSMTPD", "qmail"
SIGNS = {
    POSTFIX: ("/usr/sbin/postconf", "/usr/local/sbin/postconf"),
    EXIM: ("/usr/sbin/exim4", "/usr/sbin/exim", "/usr/local/sbin/exim"),
    OPENSMTPD: ("/usr/sbin/smtpctl", "/usr/local/sbin/smtpctl"),
    QMAIL: ("/var/qmail/bin/qmail-local",),
}
"""A program that only that mail server has."""

USER_FILE = {POSTFIX: ".forward", EXIM: ".forward", QMAIL: ".qmail"}
"""The file in a home that tells the server what to do with the user's mail."""


def found_server(exists: Callable[[str], bool] = os.path.exists) -> str:
    """The mail server's name; "" if there is none."""
    return next((name for name, signs in SIGNS.items() if any(map(exists, signs))), "")


def why_no_user_file(server: str, is_root: bool, postfix: Callable[[], Postfix]) -> str:
    """Why the mail server does not run what a user's file says; "" if nothing is known of it."""
    if is_root:
        return text("commands of root are not run as root: give root an alias in /etc/aliases")
    if server != POSTFIX:
        return ""
    local, path = (postfix().effective(name) for name in ("local_transport", "forward_path"))
    if local.partition(":")[0] != "local":
        return text("Postfix gives local mail away (local_transport = {local})", local=local)
    if "/.forward" not in path:
        return text("Postfix reads no ~/.forward (forward_path = {path})", path=path)
    return ""


class Postfix(Parameters):
    """The Postfix of this machine; `config` is its directory if it is not the usual one."""

    def __init__(self, config: str = "") -> None:
        self._config = ["-c", config] if config else []

    def value(self, name: str) -> str:
        """The value as it stands in main.cf, "" if it is not there."""
        ran = self._run("postconf", "-n", name)
        return ran.stdout.strip().partition("=")[2].strip()

    def effective(self, name: str) -> str:
        """The value that Postfix uses."""
        return self._run("postconf", "-h", name).stdout.strip()

    def put(self, name: str, value: str) -> None:
        """Change main.cf, whole and at once, and have a running Postfix read it again."""
        done = self._run("postconf", *(("-e", f"{name} = {value}") if value else ("-X", name)))
        if done.returncode != 0:
            raise Permanent(f"postconf: {done.stderr.strip()}")
        if self.is_running():
            self._run("postfix", "reload")

    def is_running(self) -> bool:
        """Whether its master process runs."""
        return self._run("postfix", "status").returncode == 0

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = next((it for it in (f"/usr/sbin/{program}",) if os.path.exists(it)), program)
        return subprocess.run(
            [path, *self._config, *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
