"""file_name: the names of message files in a Maildir, taken apart and put together.

Guarantee: flags, keyword letters and whatever follows a comma behind them stay
as they are, known or not. No name makes this raise.
[dovecot maildir-filename-flags.c]
"""

from __future__ import annotations

from maildrop_py.maildir.unique_name import INFO, join_flags, new_base
from maildrop_py.record import record


@record
class FileName:
    """The name of a message file, taken apart.

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
        """The number behind `key` ("S", "W", "U"), None if there is none."""
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


def parse(file_name: str) -> FileName:
    """Take any file name of new/ or cur/ apart; never raises."""
    name, colon, info = file_name.rpartition(":")
    if not colon:
        name, info = file_name, ""
    base, *fields = name.split(",")
    if colon and not info.startswith("2,"):
        return FileName(base, tuple(fields), info=colon + info)
    letters, comma, rest = info[2:].partition(",")
    keywords = "".join(c for c in letters if "a" <= c <= "z")
    flags = "".join(c for c in letters if not "a" <= c <= "z")
    return FileName(base, tuple(fields), flags, keywords, comma + rest)


def moved(name: FileName, base: str | None = None) -> FileName:
    """The name for another folder: a new base, and no mbsync UID (`U=`)."""
    fields = tuple(f for f in name.fields if not f.startswith("U="))
    return FileName(base or new_base(), fields, name.flags, name.letters, name.rest, name.info)
