"""mailbox: one recipient's mailbox: whose it is, and where its files are."""

from __future__ import annotations

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
    the rules means, None for the server's own home.
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
