"""user_database: who gets mail here.

Three kinds of users: those with a Maildir where the template says (virtual mail),
those with a line in a password file (passwd(5); Dovecot's passwd-file has the same
fields), and those with an account on the system.

Mail for an unknown user is refused for good, so a user is called unknown only when
that is sure. Where all Maildirs are gone, a disk may not be mounted. A password
file that cannot be read, is empty or may still be being written proves nothing.
All that is a temporary failure.

Known limit: an account of a directory service (LDAP) that cannot be reached looks
as if it did not exist, as it does to every program that calls getpwnam(3).
"""

from __future__ import annotations

import errno
import os
import pwd
import stat
import time

from maildrop_py.errors import Temporary
from maildrop_py.serve.mailbox import OWN, Account
from maildrop_py.serve.path_template import PathTemplate, UnsafeName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    Warn = Callable[[str], None]

    class UserDatabase(Protocol):
        """Finds accounts. `domain` is in lower case."""

        def find(self, user: str, domain: str) -> Account | None:
            """The account, None if there is none. Raises Temporary if that is not sure."""

        def forget(self) -> None:
            """Look again at what was read."""


CHECK = 1.0  # seconds: a password file is looked at no more often
SETTLE = 5.0  # seconds after which a changed password file is taken to be complete
PASSWORDS = "/etc/passwd"
EVERY_DOMAIN = ""  # that of a line without a domain; no address has it
NO_SUCH_NAME = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


class WithoutAccount:
    """Users of `users` but for those with one of the uids `refused`: they never get mail.

    Such as the workers' own, which would give their mail to whoever takes a worker over.
    """

    def __init__(self, users: UserDatabase, refused: frozenset[int]) -> None:
        self._users, self._refused = users, refused

    def find(self, user: str, domain: str) -> Account | None:
        found = self._users.find(user, domain)
        return None if found is not None and found.uid in self._refused else found

    def forget(self) -> None:
        self._users.forget()


class MaildirUsers:
    """Those who have a directory where `maildir` says."""

    def __init__(self, maildir: PathTemplate, home: PathTemplate | None = None) -> None:
        self._maildir, self._home = maildir, home

    def find(self, user: str, domain: str) -> Account | None:
        found = self.existing(user, domain)
        if found is None and self._may_be_one(user, domain):
            self._be_sure()
        return found

    def existing(self, user: str, domain: str) -> Account | None:
        """The account if its directory is there."""
        try:
            home = self._home.fill(user, domain, "", "") if self._home else ""
            path = self._maildir.fill(user, domain, "", home)
        except UnsafeName:
            return None
        return Account(user, home) if _is_directory(path) else None

    def _may_be_one(self, user: str, domain: str) -> bool:
        try:
            self._maildir.fill(user, domain, "", "/")
        except UnsafeName:
            return False
        return True

    def _be_sure(self) -> None:
        """If there is no Maildir at all, the file system may not be mounted."""
        base = (self._maildir if self._maildir.base else self._home or self._maildir).base
        try:
            with os.scandir(base) as entries:
                if any(entry.is_dir() for entry in entries):
                    return
        except OSError as error:
            raise Temporary(f"{base}: {error.strerror}") from error
        raise Temporary(f"{base} is empty: is it mounted?")

    def forget(self) -> None:
        return


def _is_directory(path: str) -> bool:
    """Whether it is one. Raises Temporary where a look could not be had."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return False
        raise Temporary(f"{path}: {error.strerror}") from error


class AnyUser:
    """Every address that the mail server sends mail for.

    A user's name with one of the `delimiters` in it is a user only if it has a
    Maildir, `maildir`, already: else senders could make mailboxes at will.
    """

    def __init__(
        self,
        home: PathTemplate | None = None,
        maildir: PathTemplate | None = None,
        delimiters: str = "",
    ) -> None:
        self._home, self._delimiters = home, delimiters
        self._there = MaildirUsers(maildir, home) if maildir else None

    def find(self, user: str, domain: str) -> Account | None:
        if any(delimiter in user[1:] for delimiter in self._delimiters):
            return self._there.existing(user, domain) if self._there else None
        try:
            return Account(user, self._home.fill(user, domain, "", "") if self._home else "")
        except UnsafeName:
            return None

    def forget(self) -> None:
        return


class SystemAccounts:
    """The accounts of the system, except root and those below `lowest`.

    One that was found is looked up no more often than once in CHECK seconds.
    """

    def __init__(self, lowest: int = 1000) -> None:
        self._lowest = lowest
        self._since = float("-inf")
        self._known: dict[str, Account] = {}  # found since then

    def find(self, user: str, domain: str) -> Account | None:
        now = time.monotonic()
        if now - self._since > CHECK:
            self._known, self._since = {}, now
        found = self._known.get(user) or self._looked_up(user)
        if found is not None:
            self._known[user] = found
        return found

    def _looked_up(self, user: str) -> Account | None:
        found = _account_named(user)
        if found is None:
            return None
        if min(found.pw_uid, found.pw_gid) < self._lowest or not found.pw_dir.startswith("/"):
            return None
        return Account(found.pw_name, found.pw_dir, found.pw_uid, found.pw_gid)

    def forget(self) -> None:
        self._known = {}


def _account_named(user: str) -> pwd.struct_passwd | None:
    """As getpwnam(3), which cannot tell a failed look-up from a missing account.

    Raises Temporary where the system's own file has it all the same, or cannot
    be read: there may be no descriptor left, or no memory.
    """
    try:
        return pwd.getpwnam(user)
    except ValueError:
        return None
    except KeyError:
        if _is_in(PASSWORDS, user):
            raise Temporary(f"{user} could not be looked up") from None
        return None


def _is_in(path: str, user: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"\n" + os.fsencode(user) + b":" in b"\n" + file.read()
    except OSError as error:
        raise Temporary(f"{path}: {error.strerror}") from error


class PasswordFile:
    """A file of lines `user:password:uid:gid:gecos:home…`; `user` may be user@domain.

    Without uid and gid the server's own are used. What a line says beyond the
    home is for other programs. Lines that cannot be understood are left out, with a
    message to `warn`.
    """

    def __init__(self, path: str, warn: Warn) -> None:
        self._path, self._warn = path, warn
        self._accounts: dict[tuple[str, str], Account] = {}  # by local part and domain
        self._stamp: tuple[int, ...] = ()
        self._checked = float("-inf")
        self._changed = 0.0  # in seconds since 1970

    def find(self, user: str, domain: str) -> Account | None:
        if time.monotonic() - self._checked > CHECK:
            self._check()
        found = self._accounts.get((user, domain)) or self._accounts.get((user, EVERY_DOMAIN))
        if found is None and (not self._accounts or time.time() - self._changed < SETTLE):
            raise Temporary(f"{self._path} may not be complete")
        return found

    def forget(self) -> None:
        self._checked = float("-inf")

    def _check(self) -> None:
        try:
            found = os.stat(self._path)
            stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if stamp != self._stamp:
                with open(self._path, encoding="utf-8", errors="surrogateescape") as file:
                    self._accounts = dict(self._read(file.read()))
                self._stamp, self._changed = stamp, found.st_mtime
        except OSError as error:
            if not self._stamp:
                raise Temporary(f"{self._path}: {error.strerror}") from error
            self._warn(f"{self._path}: {error.strerror}; going on with what was read before")
        self._checked = time.monotonic()

    def _read(self, text: str) -> list[tuple[tuple[str, str], Account]]:
        accounts = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                try:
                    accounts.append(_account(line))
                except ValueError as error:
                    self._warn(f"{self._path}:{number}: {error}; the line is left out")
        return accounts


def _account(line: str) -> tuple[tuple[str, str], Account]:
    name, _, uid, gid, _, home = (line.split(":") + [""] * 6)[:6]
    if not name:
        raise ValueError("a line begins with the user's name")
    if name.startswith("@") or name.endswith("@"):
        raise ValueError(f"{name} is not a user and not user@domain")
    if home and not home.startswith("/"):
        raise ValueError(f"the home {home!r} does not begin with /")
    ids = [_id(uid, "uid"), _id(gid, "gid")]
    if (ids[0] == OWN) != (ids[1] == OWN):
        raise ValueError("uid and gid go together")
    local, _, domain = name.lower().rpartition("@") if "@" in name else (name.lower(), "", "")
    return (local, domain), Account(local, home, *ids)


def _id(text: str, what: str) -> int:
    if not text:
        return OWN
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**32 - 1:
        raise ValueError(f"the {what} {text!r} is not a number, or is root's")
    return int(text)
