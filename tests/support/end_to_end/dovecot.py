"""dovecot: a private Dovecot from the installed Debian package, and an IMAP look.

One instance serves one account's Maildir on a loopback port. It is the second
opinion on what a delivery left on disk: folder names, flags and keywords are
read as a mail reader would see them, by code that is not ours.
"""

from __future__ import annotations

import binascii
import imaplib
import os
import re
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.smtp import free_port
from tests.support.waiting import wait_until

PASSWORD = "open-sesame"

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = {location}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Seen:
    """One message as IMAP shows it: its flags and keywords, and its bytes (CR LF)."""

    flags: frozenset[str]
    content: bytes


class Dovecot:
    """One instance for one account; `location` is its mail_location, `more` its last words."""

    def __init__(
        self,
        folder: Path,
        account: Account,
        location: str = "maildir:~/Maildir",
        more: str = "",
    ) -> None:
        self._more = more
        self.folder, self.account, self.location = folder, account, location
        self.port = free_port()
        self._master: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the configuration and start the server."""
        self.folder.mkdir(parents=True)
        uid, gid = self.account.ids
        config = CONFIG.format(
            folder=self.folder,
            location=self.location,
            password=PASSWORD,
            uid=uid,
            gid=gid,
            home=self.account.home,
            port=self.port,
        )
        self._config.write_text(config + self._more)
        command = ["/usr/sbin/dovecot", "-F", "-c", str(self._config)]
        self._master = subprocess.Popen(command, start_new_session=True)
        wait_until(self._answers, "Dovecot answers on its port")

    def stop(self) -> None:
        """End the server's whole process group at once; asked kindly it takes three seconds."""
        if self._master:
            os.killpg(self._master.pid, signal.SIGKILL)
            self._master.wait()

    def folders(self) -> set[str]:
        """The names of all folders that can be opened, decoded."""
        with self._session() as imap:
            listed = imap.list()[1]
        rows = [row for row in listed if isinstance(row, bytes) and b"\\Noselect" not in row]
        return {decoded(_name(row)) for row in rows}

    def subscribed(self) -> set[str]:
        """The names of the folders that a reader shows which asks for subscribed ones (LSUB)."""
        with self._session() as imap:
            listed = imap.lsub()[1]
        rows = [row for row in listed if isinstance(row, bytes) and b"\\NoSelect" not in row]
        return {decoded(_name(row)) for row in rows}

    def messages(self, folder: str = "INBOX") -> list[Seen]:
        """The messages of `folder`, in order."""
        with self._session() as imap:
            status, said = imap.select(f'"{encoded(folder)}"', readonly=True)
            assert status == "OK", (folder, said, self.log()[-2000:])
            found = imap.search(None, "ALL")[1][0].split()
            return [self._message(imap, number.decode()) for number in found]

    def flags(self, folder: str = "INBOX") -> list[frozenset[str]]:
        """The flags of each message of `folder`; \\Recent is the session's, so it is left out."""
        return [message.flags for message in self.messages(folder)]

    def log(self) -> str:
        """The instance's log so far: a Maildir that surprises Dovecot is complained of there."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def complaints(self) -> list[str]:
        """The lines of the log that say Dovecot disliked or repaired something."""
        return [line for line in self.log().splitlines() if re.search(r"Error|Warning|Panic", line)]

    @property
    def _config(self) -> Path:
        return self.folder / "dovecot.conf"

    def _session(self) -> imaplib.IMAP4:
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        imap.login(self.account.name, PASSWORD)
        return imap

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    @staticmethod
    def _message(imap: imaplib.IMAP4, number: str) -> Seen:
        parts = imap.fetch(number, "(FLAGS BODY.PEEK[])")[1]
        told = b" ".join(part if isinstance(part, bytes) else part[0] for part in parts if part)
        flags = {flag.decode() for flag in imaplib.ParseFlags(told)} - {"\\Recent"}
        content = next(part[1] for part in parts if isinstance(part, tuple))
        return Seen(frozenset(flags), content)


def encoded(name: str) -> str:
    """Modified UTF-7 (RFC 3501 5.1.3), written a second time here, as a second opinion."""

    def shift(found: re.Match[str]) -> str:
        base64 = binascii.b2a_base64(found[0].encode("utf-16-be"), newline=False)
        return "&" + base64.rstrip(b"=").replace(b"/", b",").decode() + "-"

    return re.sub(r"[^\x20-\x7e]+", shift, name.replace("&", "&-"))


def decoded(name: str) -> str:
    """The reverse of `encoded`."""

    def unshift(found: re.Match[str]) -> str:
        if not found[1]:
            return "&"
        padded = found[1].replace(",", "/") + "=" * (-len(found[1]) % 4)
        return binascii.a2b_base64(padded).decode("utf-16-be")

    return re.sub(r"&([^-]*)-", unshift, name)


def _name(row: bytes) -> str:
    found = re.search(rb'\) (?:"[^"]*"|NIL) (?:"(.*)"|(\S+))$', row)
    assert found, row
    return (found[1] or found[2]).decode().replace('\\"', '"').replace("\\\\", "\\")
