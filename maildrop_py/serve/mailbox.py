"""mailbox: one recipient's mailbox: whose it is, and where its files are."""

from __future__ import annotations

import os
from contextlib import suppress

from maildrop_py.record import record

OWN = -1  # uid or gid: those of the server itself


@record
class Account:
    """A user who gets mail here. `uid` and `gid` are OWN where the server's own are used."""

    user: str
    home: str
    uid: int = OWN
    gid: int = OWN


@record
class Mailbox:
    """Where the mail for one address goes, and where the rest of its files are.

    `recipient` is the address as the mail server gave it, `extension` what
    follows the delimiter in it, None if nothing does. `rules` are tried
    first, `default_rules` where that file does not exist ("": there are none).
    `own_rules`: the file belongs to this user alone, and need not exist.
    `own_maildir`: the rules may name another Maildir. `rules_home` is what `~` in
    the rules means, None for the server's own home. `base` is the directory below
    which directories may be made, "" for none.
    """

    account: Account
    recipient: str
    extension: str | None
    maildir: str
    rules: str
    default_rules: str
    rules_home: str | None
    state: str
    cache: str
    log: str
    own_rules: bool = False
    own_maildir: bool = False
    create: bool = False
    base: str = ""

    def make_directories(self) -> None:
        """With `create`, make the directories between `base` and the Maildir, durably.

        `base` itself must exist: it may be a file system that is not mounted. Raises OSError.
        """
        parent = os.path.dirname(self.maildir)
        inside = self.base and parent.startswith(f"{self.base}/")
        if not self.create or not inside or os.path.isdir(parent):
            return
        directory = self.base
        for name in parent[len(self.base) + 1 :].split("/"):
            above, directory = directory, f"{directory}/{name}"
            with suppress(FileExistsError):
                os.mkdir(directory, 0o700)
            _sync(above)


def _sync(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
