"""postfix: a private Postfix from the installed Debian package.

Its configuration, queue, data and log are below one folder, it listens on a free
loopback port, and the Postfix of the machine is neither read nor touched. Mail
for BOUNCES goes into a Maildir of the instance, so that a test can see every
bounce. Needs root: Postfix's master does.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.support.end_to_end.smtp import answers, free_port, send
from tests.support.waiting import wait_until

DOMAIN = "maildrop.test"  # delivered by local(8)
VIRTUAL = "example.org"  # the virtual domain of the examples
BOUNCES = "sender.test"  # what comes back to senders

MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
meta_directory = /etc/postfix
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination = {domain}
mynetworks = 127.0.0.0/8
recipient_delimiter = +
local_recipient_maps =
alias_maps =
alias_database =
biff = no
relay_domains = {bounces}
transport_maps = inline:{{ {{ {bounces} = bounces: }} }}
smtpd_authorized_xclient_hosts = 127.0.0.1
smtputf8_enable = yes
minimal_backoff_time = 3600
maximal_backoff_time = 7200
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd -o max_use=1
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - y - - lmtp
bounces unix - n n - - virtual
  -o virtual_mailbox_base={folder}/bounces -o virtual_mailbox_maps=static:box/
  -o virtual_uid_maps=static:{nobody} -o virtual_gid_maps=static:{nobody}
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """One instance; `start` before use and `stop` at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = folder / "etc"
        self._set: dict[str, str] = {}
        self._services: dict[str, str] = {}

    def start(self) -> None:
        """Write the configuration and start the master daemon."""
        for name in ("etc", "queue", "data", "bounces"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "bounces", "nobody")
        main = MAIN.format(folder=self.folder, domain=DOMAIN, bounces=BOUNCES)
        (self.config / "main.cf").write_text(main)
        self._write_services()
        self._age()
        self._run("postfix", "start")
        wait_until(lambda: answers(self.port), "Postfix answers on its port")

    def stop(self) -> None:
        """Stop every daemon of the instance."""
        self._run("postfix", "stop", check=False)

    def set(self, **parameters: str) -> None:
        """Change main.cf and reload, if anything differs; values are taken as they are."""
        new = {name: value for name, value in parameters.items() if self._set.get(name) != value}
        if new:
            self._run("postconf", "-e", *(f"{name}={value}" for name, value in new.items()))
            self._reload()
            self._set |= new

    def service(self, entry: str) -> None:
        """Add one service to master.cf, or replace what was added by its name, and reload."""
        self._services[entry.split()[0]] = entry
        self._write_services()
        self._reload()

    def submit(
        self, recipients: str, message: bytes, sender: str = f"anna@{BOUNCES}", **client: str
    ) -> str:
        """Send `message` through SMTP and return its queue id; "" is the null sender.

        `recipients` have blanks between them; `client` are XCLIENT attributes, to come from
        elsewhere: ADDR, NAME, HELO, PROTO.
        """
        reply = send(self.port, sender, recipients, message, client)
        found = re.search(r"queued as (\w+)", reply)
        assert found, reply
        return found[1]

    def outcome(self, queue_id: str, after: int = 0) -> tuple[str, str]:
        """Wait for the delivery of a message: (sent | deferred | bounced, the log's reason).

        `after` is the number of outcomes of that message to pass over.
        """
        seen = wait_until(
            lambda: self.outcomes(queue_id)[after:], f"an outcome of {queue_id}", seconds=60
        )
        return seen[0]

    def outcomes(self, queue_id: str) -> list[tuple[str, str]]:
        """Every outcome of a message that the log has so far, oldest first."""
        pattern = rf" {queue_id}: to=<.*?, status=(\w+) \((.*)\)$"
        return [(found[1], found[2]) for found in re.finditer(pattern, self.log(), re.M)]

    def queue(self) -> list[dict[str, Any]]:
        """The messages in the queue, as `postqueue -j` tells them."""
        listed = self._run("postqueue", "-j").stdout
        return [json.loads(line) for line in listed.splitlines()]

    def flush(self) -> None:
        """Try every message in the queue again, now."""
        self._run("postqueue", "-f")

    def empty(self) -> None:
        """Delete everything in the queue, and every bounce received."""
        self._run("postsuper", "-d", "ALL")
        for path in (self.folder / "bounces").glob("box/*/*"):
            path.unlink()

    def deliver(self, recipient: str, message: bytes, sender: str = f"anna@{BOUNCES}") -> None:
        """Submit `message` and wait until Postfix says that it was delivered."""
        status, reason = self.outcome(self.submit(recipient, message, sender))
        assert status == "sent", (reason, self.log()[-4000:])

    def log(self) -> str:
        """The instance's log so far."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def bounces(self) -> list[bytes]:
        """Every message that came back to a sender so far."""
        return [path.read_bytes() for path in (self.folder / "bounces/box/new").glob("*")]

    def wait_for_bounces(self) -> list[bytes]:
        """The messages that came back to senders, once there is one."""
        return wait_until(self.bounces, "a bounce")

    def _write_services(self) -> None:
        nobody = pwd.getpwnam("nobody").pw_uid
        master = MASTER.format(port=self.port, folder=self.folder, nobody=nobody)
        entries = [master, *self._services.values()]
        (self.config / "master.cf").write_text("\n".join([*entries, ""]))

    def _reload(self) -> None:
        """What `postfix reload` does in the end, without its check-up of a second."""
        self._age()
        known = self.log().count("reload --")
        os.kill(int((self.folder / "queue/pid/master.pid").read_text()), signal.SIGHUP)
        wait_until(lambda: self.log().count("reload --") > known, "Postfix reloads")

    def _age(self) -> None:
        """Postfix waits seconds for a main.cf that may be half written to get older: it is old."""
        hour_ago = time.time() - 3600
        os.utime(self.config / "main.cf", (hour_ago, hour_ago))

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        command = [f"/usr/sbin/{program}", "-c", str(self.config), *arguments]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert ran.returncode == 0 or not check, (command, ran.stderr, self.log()[-2000:])
        return ran
