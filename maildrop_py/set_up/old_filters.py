"""old_filters: what sorted a user's mail before, and rules made from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from maildrop_py.convert.procmail.converter import convert as convert_procmail
from maildrop_py.convert.written import Written

PROCMAILRC = ".procmailrc"
FILES = (PROCMAILRC, ".dovecot.sieve", "sieve/.dovecot.sieve", ".mailfilter")


def found_filters(home: str) -> list[str]:
    """The paths of the filter files in a home, in the order in which they count."""
    return [path for name in FILES if os.path.isfile(path := os.path.join(home, name))]


def converter_of(path: str) -> Callable[[str, str], Written] | None:
    """What makes rules of that file, for a home and a user; None where nothing does yet."""
    if os.path.basename(path) != PROCMAILRC:
        return None

    def convert(home: str, user: str) -> Written:
        with open(path, encoding="latin-1") as file:  # procmail knows no encoding
            text = file.read()
        return convert_procmail(text, os.path.basename(path), home, user, _read)

    return convert


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return None


def other_words(path: str) -> Iterator[str]:
    """The lines of a .forward or .qmail that do more than start procmail or maildrop-py."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return
    for line in map(str.strip, lines):
        command = line.lstrip("\\\"' ")
        replaced = command.startswith("|") and any(it in line for it in ("procmail", "maildrop"))
        if line and not line.startswith("#") and not replaced:
            yield line
