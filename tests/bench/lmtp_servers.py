"""lmtp_servers: the LMTP servers that are compared, each private, on a Unix socket of its own.

All deliver into Maildirs of the same system user, all sync what they deliver. Dovecot
is measured as it comes (a process for each client) and with as many processes
as we have, each for many clients.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.bench.place import environment

TRIVIAL = Path(__file__).with_name("lmtp_trivial.py")
CLOCK = os.sysconf("SC_CLK_TCK")

DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = lmtp
ssl = no
mail_location = maildir:{folder}/users/%n
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
hostname = mx.example.org
postmaster_address = postmaster@example.org
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder} allow_all_users=yes
}}
passdb {{
  driver = static
  args = nopassword=y
}}
lda_mailbox_autocreate = yes
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{folder}/rules.sieve
}}
service lmtp {{
{processes}
  unix_listener {folder}/socket {{
    mode = 0600
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
SIEVE = """\
require ["fileinto"];
if header :contains "X-Spam-Flag" "YES" { fileinto "Junk"; stop; }
if header :contains "List-Id" "python-dev" { fileinto "Lists"; stop; }
if header :contains "Subject" "urgent" { fileinto "Urgent"; stop; }
"""


RULES = """\
rules:
  - {name: spam, when: {header: {X-Spam-Flag: "YES"}}, then: {file: Junk}}
  - {name: list, when: {header: {List-Id: python-dev}}, then: {file: Lists}}
  - {name: urgent, when: {subject: urgent}, then: {file: Urgent}}
"""


class LmtpServer:
    """One running server."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "socket"
        folder.mkdir()
        home = os.environ | {"HOME": str(folder)}
        self._process = subprocess.Popen(self.command(), start_new_session=True, env=home)
        while not self.socket.exists():
            time.sleep(0.05)

    def command(self) -> list[str]:
        """Write what the server needs and return how it is started."""
        raise NotImplementedError

    def delivered(self, user: str) -> int:
        """How many messages lie in the INBOX of `user`."""
        new = self.folder / "users" / user / "new"
        return len(os.listdir(new)) if new.exists() else 0

    def processor_seconds(self) -> float:
        """User and system time of all its processes so far, those that ended included."""
        return sum(map(_processor_seconds, _family(self._process.pid)))

    def peak_memory(self) -> int:
        """KiB of its largest process, at the worst moment."""
        return max(map(_peak, _family(self._process.pid)))

    def stop(self) -> None:
        """End it and all its processes."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class FrontDoor(LmtpServer):
    """Our front door with a handler that only writes, syncs and moves."""

    name = "front door"
    workers = 2

    def command(self) -> list[str]:
        script = self.folder / "server.py"
        script.write_text(TRIVIAL.read_text())
        maildir = self.folder / "Maildir"
        python = environment() / "bin/python"
        return [str(word) for word in (python, script, self.socket, maildir, self.workers)]

    def delivered(self, user: str) -> int:
        """How many messages lie in the only INBOX."""
        return len(os.listdir(self.folder / "Maildir/new"))


class MaildropPy(LmtpServer):
    """This program, with the same three rules."""

    name = "maildrop-py serve"
    rules = RULES

    def command(self) -> list[str]:
        (self.folder / "users").mkdir(mode=0o700)
        rules = self.folder / "rules.yaml"
        rules.write_text(self.rules)
        rules.chmod(0o600)
        places = {"maildir": "users/{user}", "state": "state/{user}", "rules": "rules.yaml"}
        told = [f"--{name}={self.folder}/{place}" for name, place in places.items()]
        program = environment() / "bin/maildrop-py"
        return [str(program), "serve", f"--listen={self.socket}", "--workers=2", "--create", *told]


class ManyRules(MaildropPy):
    """This program with 10,000 rules, each `list_id` with its own pattern."""

    name = "maildrop-py serve, 10,000 rules"
    rules = "rules:\n" + "".join(
        f"  - {{when: {{list_id: 'list{n}\\.example'}}, then: {{file: Lists/{n}}}}}\n"
        for n in range(10_000)
    )


class DovecotLmtp(LmtpServer):
    """Dovecot's LMTP server with Pigeonhole and three rules."""

    name = "Dovecot + Sieve"
    processes = ""
    script = SIEVE

    def command(self) -> list[str]:
        config, script = self.folder / "dovecot.conf", self.folder / "rules.sieve"
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(os.getegid())
        filled = DOVECOT.format(
            folder=self.folder, user=user.pw_name, group=group.gr_name, processes=self.processes
        )
        config.write_text(filled)
        script.write_text(self.script)
        compiled = ["sievec", "-c", str(config), str(script)]
        subprocess.run(compiled, check=True, capture_output=True)
        return [dovecot() or "dovecot", "-F", "-c", str(config)]


class DovecotTwo(DovecotLmtp):
    """The same with two processes."""

    name = "Dovecot + Sieve, 2 processes"
    processes = "  process_limit = 2\n  process_min_avail = 2\n  client_limit = 100"


def dovecot() -> str | None:
    """Where Dovecot is installed."""
    return shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def _family(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        try:
            tasks = list(Path(f"/proc/{member}/task").iterdir())
            for task in tasks:
                family += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return family


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / CLOCK


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) if "VmHWM:" in status else 0
