"""paths: every default path, file name and limit that more than one room needs, once.

Purpose: nobody has to search for where a file is or how long a program may
run. Guarantee: nothing is read from, or written below, the current directory: a
relative path in HOME or in a variable of the XDG Base Directory Specification
is ignored, as that specification wants it.
"""

from __future__ import annotations

import os

from maildrop_py.start import PROGRAM as PROGRAM
from maildrop_py.start import base_directory, cache_directory, home_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED_RULES = "/etc/maildrop-py/rules.yaml"
"""The rules of a server whose users have no homes."""

SHARED_POLICY = "/etc/maildrop-py/policy.yaml"
"""What is asked before the mail comes."""

COUNTRIES = "/var/lib/maildrop-py/countries"
"""The table of countries, unless `countries:` names another file."""

DOVECOT = "/etc/dovecot/dovecot.conf"
"""Where Dovecot says which folder is for junk, for what was sent, and so on."""

SENDMAIL = "/usr/sbin/sendmail"
PROGRAM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
"""Where programs that rules name are looked for ($PATH)."""

MESSAGE_TIME = 240.0
"""Seconds for one message, its programs included; Postfix gives a command 1000."""

PROGRAM_TIME = 300.0
"""Seconds for one program, where nothing else limits it."""


def delivery_log(state: str) -> str:
    """The file of JSON lines that `stats` and `why` read; `state` is a state directory."""
    return f"{state}/deliveries.jsonl"


def evidence_store(state: str) -> str:
    """The SQLite file of what was learnt and asked."""
    return f"{state}/evidence.sqlite"


def policy_log(state: str) -> str:
    """The file of JSON lines that says what was done before the mail came."""
    return f"{state}/policy.jsonl"


def greylist_store(state: str) -> str:
    """The SQLite file of what greylisting remembers."""
    return f"{state}/greylist.sqlite"


def bayes_store(state: str) -> str:
    """The SQLite file of what the Bayes filter learnt."""
    return f"{state}/bayes.sqlite"


def answered_store(state: str) -> str:
    """The SQLite file of who got an automatic answer."""
    return f"{state}/answered.sqlite"


def contacts_file(state: str) -> str:
    """The people that the user has written to, one address a line."""
    return f"{state}/contacts"


def journals(state: str) -> str:
    """The directory of the journals that `undo` reads."""
    return f"{state}/journal"


class UserPaths:
    """Where one user's files are: XDG base directories below the home directory."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.home = home_of(environ)
        self._environ = environ

    @classmethod
    def below(cls, home: str) -> UserPaths:
        """The default paths below `home`, which may be a template such as `{home}`."""
        paths = cls({"HOME": "/"})
        paths.home = home
        return paths

    @property
    def rules(self) -> str:
        """The default rules file."""
        return self._directory("XDG_CONFIG_HOME", ".config") + "/rules.yaml"

    @property
    def cache(self) -> str:
        """The directory of what can be made again."""
        return cache_directory(self.home, self._environ)

    @property
    def state(self) -> str:
        """The directory of logs and of what was learnt."""
        return self._directory("XDG_STATE_HOME", ".local/state")

    @property
    def maildir(self) -> str:
        """The default Maildir."""
        return os.path.join(self.home, "Maildir")

    @property
    def log(self) -> str:
        """The default delivery log."""
        return delivery_log(self.state)

    def log_to_write(self, given: str | None) -> str | None:
        """The delivery log that is added to: the one given, or the default; None for "none"."""
        return None if given == "none" else given or self.log

    def expand(self, path: str) -> str:
        """`path` with `~` as this user's home, made absolute there."""
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        return os.path.join(self.home, path)

    def named_maildir(self, written: str | None) -> str:
        """The Maildir that a rules file names, or the default."""
        return self.expand(written) if written else self.maildir

    def _directory(self, variable: str, default: str) -> str:
        return base_directory(self.home, self._environ, variable, default)
