"""old_filters: what sorted a user's mail before, and rules made from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date

from maildrop_py.convert.conversion import LARGEST, Source, converted
from maildrop_py.convert.converted_rules import ConvertedRules
from maildrop_py.convert.recognise import PROCMAIL, SIEVE, recognised
from maildrop_py.record import replace
from maildrop_py.regular_file import read_regular

PROCMAILRC, MAILFILTER = ".procmailrc", ".mailfilter"
FILES = (PROCMAILRC, ".dovecot.sieve", "sieve/.dovecot.sieve", MAILFILTER)


def found_filters(home: str) -> list[str]:
    """The paths of the filter files in a home, in the order in which they count."""
    return [path for name in FILES if os.path.isfile(path := os.path.join(home, name))]


def rules_from(
    path: str, home: str, user: str, today: date, settings: Mapping[str, str]
) -> ConvertedRules:
    """The rules that do what that file does; raises BadFile, and OSError.

    `settings` say where and how mail lies, for a file that does not.
    """
    text = _text_of(path, "latin-1")  # procmail knows no encoding
    language = recognised(path, text)
    encoding = "latin-1" if language == PROCMAIL else "utf-8"
    text = _text_of(path, encoding)
    beside = os.path.dirname(path)

    def read(name: str) -> str | None:
        try:
            return _text_of(os.path.join(beside, name), encoding)
        except (OSError, ValueError):
            return None

    source = Source(language, text, os.path.basename(path), home, user, read, today)
    result = converted(source)
    if language == SIEVE:
        return replace(result, settings={**result.settings, **settings})
    return result


def _text_of(path: str, encoding: str) -> str:
    text = read_regular(path, LARGEST + 1).decode(encoding, "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def other_words(path: str) -> Iterator[str]:
    """The lines of a .forward or .qmail that do more than start procmail or maildrop-py."""
    try:
        lines = read_regular(path, LARGEST).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return
    for line in map(str.strip, lines):
        command = line.lstrip("\\\"' ")
        replaced = command.startswith("|") and any(it in line for it in ("procmail", "maildrop"))
        if line and not line.startswith("#") and not replaced:
            yield line
