"""serving: `maildrop-py serve` as the examples set it up, for users of the two kinds.

Each site has the users `anna` and `bert`; what they are called in an address, whose
their mail is and where their rules lie differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.support.end_to_end.account import Account, folders, messages
from tests.support.end_to_end.examples import PROGRAM, example
from tests.support.end_to_end.postfix import DOMAIN, VIRTUAL, Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.service import Service

USERS = ("anna", "bert")


class Site:
    """One server; `start` its service before use and `end` it at the end."""

    domain = ""
    service: Service

    def address(self, user: str, extension: str = "") -> str:
        """A user's address, with an extension where one is given."""
        return f"{self.name(user)}{'+' if extension else ''}{extension}@{self.domain}"

    def name(self, user: str) -> str:
        """What stands before the @."""
        raise NotImplementedError

    def maildir(self, user: str) -> Path:
        """Where a user's mail goes."""
        raise NotImplementedError

    def owner(self, user: str) -> Account:
        """Whose files a user's mail is."""
        raise NotImplementedError

    def write_rules(self, user: str, text: str) -> None:
        """Give a user rules of his own."""
        raise NotImplementedError

    def folders(self, user: str) -> dict[str, int]:
        """How many messages each of a user's folders holds, by its name on disk."""
        return folders(self.maildir(user))

    def only_message(self, user: str) -> Path:
        """The one message that a user has."""
        maildir = self.maildir(user)
        [path] = [path for folder in self.folders(user) for path in messages(maildir / folder)]
        return path


class VirtualUsers(Site):
    """All mail belongs to one account, which plays vmail; mail servers may see whose it is."""

    domain = VIRTUAL

    def __init__(self, vmail: Account, program: Program, listener: str) -> None:
        self.account = vmail
        folder = vmail.home.parent / f"{vmail.name}.virtual"
        folder.mkdir(mode=0o755)
        vmail.home.chmod(0o711)
        self.mail = vmail.home / "mail"
        self._rules = folder / "etc"
        for user in USERS:
            vmail.folder(self.mail / self.domain / user)
        for place in (self.mail, self.mail / self.domain):
            place.chmod(0o755)
        self.write_rules("", "rules: []\n")
        places = {
            PROGRAM: program.command,
            "/var/vmail": self.mail,
            "User=vmail": f"User={vmail.name}",
            "/etc/maildrop-py": self._rules,
            "/var/spool/postfix": folder / "no-postfix",
        }
        unit = example("systemd/virtual-users/maildrop-py.service", places)
        self.service = Service(unit, listener, folder / "service")

    def name(self, user: str) -> str:
        return user

    def maildir(self, user: str) -> Path:
        return self.mail / self.domain / user

    def owner(self, user: str) -> Account:
        return self.account

    def write_rules(self, user: str, text: str) -> None:
        path = self._rules / (f"{self.domain}/{user}.yaml" if user else "rules.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class SystemUsers(Site):
    """Each user has an account; the server starts as root."""

    domain = DOMAIN

    def __init__(self, anna: Account, bert: Account, program: Program, listener: str) -> None:
        self.accounts = dict(zip(USERS, (anna, bert), strict=True))
        places = {PROGRAM: program.command, "--user maildrop-py": "--user nobody"}
        unit = example("systemd/system-users/maildrop-py.service", places)
        folder = anna.home.parent / f"{anna.name}.system"
        self.service = Service(unit, listener, folder)

    def name(self, user: str) -> str:
        return self.accounts[user].name if user in self.accounts else user

    def maildir(self, user: str) -> Path:
        return self.accounts[user].maildir

    def owner(self, user: str) -> Account:
        return self.accounts[user]

    def write_rules(self, user: str, text: str) -> None:
        self.accounts[user].write(self.accounts[user].rules, text)


def for_postfix(postfix: Postfix) -> str:
    """The socket unit as it stands, in the queue of a Postfix."""
    queue = postfix.folder / "queue"
    return example("systemd/maildrop-py.socket", {"/var/spool/postfix": queue})


def as_told(text: str, uid: Callable[[str], int]) -> str:
    """The socket unit with what a mail server's file wants it to say, in lines `#   Key=value`.

    `uid` knows the users of that mail server, who need not be this machine's.
    """
    unit = example("systemd/maildrop-py.socket")
    for key, value in re.findall(r"^#   (\w+)=(.*)$", text, re.M):
        told = str(uid(value)) if key == "SocketUser" else value
        unit, count = re.subn(rf"^{key}=.*$", f"{key}={told}", unit, flags=re.M)
        assert count == 1, key
    return unit
