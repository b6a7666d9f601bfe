"""unique_name: the names of messages in a Maildir, made, read and carried over.

A name is `seconds.M<usec>P<pid>Q<n>.<host>,S=<bytes>,W=<bytes with CR LF>` and,
in cur/, `:2,` with flags in ASCII order. S= and W= save Dovecot and Courier a
stat and a read of the message.

Guarantee: two names made by one process differ, and so do those of two
processes alive at once on hosts of different names; what is left is caught by
O_EXCL and link(2), which never overwrite. Flags, keyword letters and whatever
follows a comma behind them survive reading and building, known or not.
[cr.yp.to/proto/maildir.html; dovecot maildir-filename-flags.c]
"""

from __future__ import annotations

import os
import time

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

INFO = ":2,"
_count = 0
_host = ""


def new_base() -> str:
    """A base name that nobody has had: time, process, counter and host."""
    global _count
    _count += 1
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{seconds}.M{rest // 1000}P{os.getpid()}Q{_count}.{_host or host_name()}"


def host_name() -> str:
    """This machine's name as it may stand in a file name."""
    global _host
    if not _host:
        _host = safe_host(os.uname().nodename) or "localhost"
    return _host


def safe_host(name: str) -> str:
    """`name` with `/`, `:`, `,` and what cannot be printed as octal escapes."""
    safe = name.isascii() and name.isprintable() and not any(c in name for c in "/:, ")
    return name if safe else "".join(map(_escape, os.fsencode(name)))


def _escape(byte: int) -> str:
    plain = 32 < byte < 127 and byte not in b"/:,"
    return chr(byte) if plain else f"\\{byte:03o}"


def delivered_name(base: str, size: int, wire_size: int, flags: str = "") -> str:
    """The final name: with info if `flags` (keyword letters among them) are not empty.

    `size` is in bytes on disk, `wire_size` with every line end as CR LF.
    """
    name = f"{base},S={size},W={wire_size}"
    return f"{name}{INFO}{join_flags(flags)}" if flags else name


def join_flags(letters: Iterable[str]) -> str:
    """Flag letters, each once, in ASCII order."""
    return "".join(sorted(set(letters)))


@record
class MaildirName:
    """A message's file name, taken apart.

    `base` is what identifies the message; `fields` are the parts between
    commas behind it ("S=12"); `flags` the letters behind `:2,` that are not
    keywords, `letters` the keyword letters a-z, `rest` what follows a comma
    behind them, that comma included. `info` is an info part of another kind
    (`:1,...`), kept as it is, or None where there is none or `:2,`.
    """

    base: str
    fields: tuple[str, ...] = ()
    flags: str = ""
    letters: str = ""
    rest: str = ""
    info: str | None = None

    def field(self, key: str) -> int | None:
        """The number behind `key` ("S", "W", "U"), or None."""
        for field in self.fields:
            name, _, value = field.partition("=")
            if name == key and value.isascii() and value.isdigit():
                return int(value)
        return None

    def text(self) -> str:
        """The file name again."""
        name = ",".join((self.base, *self.fields))
        if self.info is not None:
            return name + self.info
        letters = join_flags(self.flags + self.letters)
        return f"{name}{INFO}{letters}{self.rest}" if letters or self.rest else name


def parse(file_name: str) -> MaildirName:
    """Take any file name of new/ or cur/ apart; never raises."""
    name, colon, info = file_name.rpartition(":")
    if not colon:
        name, info = file_name, ""
    base, *fields = name.split(",")
    if colon and not info.startswith("2,"):
        return MaildirName(base, tuple(fields), info=colon + info)
    letters, comma, rest = info[2:].partition(",")
    keywords = "".join(c for c in letters if "a" <= c <= "z")
    flags = "".join(c for c in letters if not "a" <= c <= "z")
    return MaildirName(base, tuple(fields), flags, keywords, comma + rest)


def moved(name: MaildirName, base: str | None = None) -> MaildirName:
    """The name for another folder: a new base, and no mbsync UID (`U=`)."""
    fields = tuple(f for f in name.fields if not f.startswith("U="))
    return MaildirName(base or new_base(), fields, name.flags, name.letters, name.rest, name.info)
