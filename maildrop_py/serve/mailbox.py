"""mailbox: one recipient's mailbox: whose it is, and where everything of it lies."""

from __future__ import annotations

from maildrop_py.record import record

OWN = -1  # the uid or gid that this process has already


@record
class Account:
    """A user who has mail here. `uid` and `gid` are OWN where the server's will do."""

    user: str
    home: str
    uid: int = OWN
    gid: int = OWN


@record
class Mailbox:
    """Where the mail for one address goes, and what goes with it.

    `recipient` is the address as the mail server gave it, `extension` what
    stands behind the delimiter in it, None if nothing does. `rules` are tried
    first, `default_rules` where that file does not exist ("": there are none).
    `own_rules`: no other user has that file, and this one need not have it either;
    `own_maildir`: they may name another Maildir. `rules_home` is what `~` in the
    rules stands for, None for the server's own home.
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
