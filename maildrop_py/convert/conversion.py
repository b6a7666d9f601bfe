"""conversion: a rule file of any of the three programs into written rules."""

from __future__ import annotations

from maildrop_py.convert.recognise import MAILFILTER, SIEVE
from maildrop_py.errors import MaildropError
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import Any

    from maildrop_py.convert.converted_rules import ConvertedRules


LARGEST = 500_000
"""Characters of a file, and of all that it includes: the largest of real users have 100,000."""


class BadFile(MaildropError):
    """The file cannot be read as what it should be; says where and why."""


@record
class Source:
    """A rule file: its text, its name, whose it is, and how others are read.

    `read` gives the text of an included file, None where it cannot be read. `today` is from
    where answers without a last day are given one.
    """

    language: str
    text: str
    name: str
    home: str
    user: str
    read: Callable[[str], str | None]
    today: date


class Included:
    """Reads included files, and remembers them for the proof."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self.texts: dict[str, str] = {}

    def __call__(self, name: str) -> str | None:
        text = self._read(name)
        if text is not None and sum(map(len, self.texts.values())) + len(text) > LARGEST:
            return None
        if text is not None:
            self.texts[name] = text
        return text


def converted(source: Source) -> ConvertedRules:
    """Its rules; raises BadFile."""
    if len(source.text) > LARGEST:
        raise BadFile(f"{source.name} has more than {LARGEST:,} characters")
    try:
        return _converted(source)
    except RecursionError:
        raise BadFile(f"{source.name} is nested too deeply") from None


def _converted(source: Source) -> ConvertedRules:
    if source.language == SIEVE:
        return _sieve(source)
    if source.language == MAILFILTER:
        return _mailfilter(source)
    from maildrop_py.convert.procmail.converter import convert

    return convert(source.text, source.name, source.home, source.user, source.read)


def _sieve(source: Source) -> ConvertedRules:
    from maildrop_py.convert.sieve.converter import convert
    from maildrop_py.convert.sieve.lexer import BadScript

    try:
        return convert(source.text, source.name, source.read, source.today)
    except BadScript as problem:
        raise BadFile(f"{source.name}, {problem}") from None


def _mailfilter(source: Source) -> ConvertedRules:
    from maildrop_py.convert.mailfilter.converter import convert
    from maildrop_py.convert.mailfilter.lexer import BadFilter

    try:
        return convert(source.text, source.name, source.home, source.user, source.read)
    except BadFilter as problem:
        raise BadFile(f"{source.name}, {problem}") from None


def task_of(source: Source, included: dict[str, str], friendlier: bool) -> dict[str, Any]:
    """What the proof's worker is to do; whether it tries friendlier conditions beside these."""
    return {
        "language": source.language,
        "text": source.text,
        "home": source.home,
        "user": "me",
        "included": included,
        "friendlier": friendlier,
        "today": source.today.isoformat(),
    }
