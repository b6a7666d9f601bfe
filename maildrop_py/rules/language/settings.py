"""settings: what a rules file says beside its rules."""

from __future__ import annotations

from maildrop_py.message.envelope import DELIMITER
from maildrop_py.paths import SENDMAIL
from maildrop_py.record import record


@record
class Settings:
    """The top of a rules file; `~` in paths is still unexpanded.

    `dns_timeout` is in seconds and is one budget for a whole message. `me` are
    the user's own addresses and domains, `server_names` the server's own names and
    domains. Each character of `recipient_delimiter` ends a user's name in an address.
    `broken_rules_notice` is how many seconds the rules must be broken until the user
    gets a message about it, 0 for never. `countries` is the file of the
    table of countries, `store` where several hosts share what they learn.
    `scanners` are (name, address, bytes of the largest message, 0 for the usual
    limit), asked within `scan_timeout` seconds in all. `special_use` are uses of folders
    (RFC 6154) in lower case, each with its folder.
    """

    maildir: str | None = None
    layout: str = "maildir++"
    folder_encoding: str = "imap-utf-7"
    networks: tuple[str, ...] = ()
    authserv_ids: tuple[str, ...] = ()
    spam_filters: tuple[str, ...] = ()
    dns_timeout: float = 5.0
    nameservers: tuple[str, ...] = ()
    me: tuple[str, ...] = ()
    server_names: tuple[str, ...] = ()
    recipient_delimiter: str = DELIMITER
    sendmail: str = SENDMAIL
    allow_commands: bool = False
    subscribe: bool = True
    broken_rules_notice: float = 3600.0
    countries: str = ""
    store: str = ""
    scanners: tuple[tuple[str, str, int], ...] = ()
    scan_timeout: float = 10.0
    special_use: tuple[tuple[str, str], ...] = ()
