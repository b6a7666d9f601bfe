"""translation: the program's own texts in the language of the user.

`text("3 messages")` gives the text as it is, or its translation where `choose` was told of
a language that there is a catalogue for. A catalogue is a `.po` file of gettext, in
`translations/`; it is read when the first text is asked for in that language, which takes a few
milliseconds. Texts with values have them by name: `text("{number} messages", number=3)`.

What evidence says, and what goes wrong, is put together in English where it arises, because the
log has it too. `text` knows such a text again by a catalogue's entry with numbers in the place of
its values: "the store does not answer: {0}".

Guarantee: a text without a translation, or one that names other values, comes in English;
nothing is raised. Keys of JSON, and the logs, are never translated: programs read them.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Text = Callable[..., str]  # `text`, or str.format, which leaves a text in English

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "translations")
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where gettext looks for the language, the first that says something."""

_catalogue: Mapping[str, str] = {}
_language = "en"
DEEPEST, MOST_SENTENCES = 4, 20
"""Texts in texts, and sentences of one, that are translated: senders may have written what is in
them."""
_REASONS = ("why", "reason")
"""Values of these names are texts themselves."""

_put_together: list[tuple[list[str], str]] | None = None
"""Entries with numbers: what stands between its values, and its translation; None: not read."""


def choose(language: str) -> None:
    """From now on texts are in `language` ("ja"), or in English where there is no catalogue."""
    global _catalogue, _language, _put_together
    _put_together = None
    path = os.path.join(DIRECTORY, f"{language}.po")
    if not language.isalpha() or not os.path.exists(path):
        _catalogue, _language = {}, "en"
        return
    with open(path, encoding="utf-8") as file:
        _catalogue, _language = read_catalogue(file.read()), language


def language() -> str:
    """The language chosen."""
    return _language


def language_of(environment: Mapping[str, str]) -> str:
    """The two letters of the language that the environment asks for; "en" if it asks for none."""
    if _is_plain(environment.get("LC_ALL") or environment.get("LANG") or ""):
        return "en"
    for variable in VARIABLES:
        if value := environment.get(variable):
            return value.partition(":")[0].partition("_")[0].partition(".")[0].lower()
    return "en"


def _is_plain(locale: str) -> bool:
    """Whether it is the locale of programs: gettext ignores LANGUAGE in it."""
    return locale.partition(".")[0] in ("C", "POSIX")


def marked(english: str) -> str:
    """`english` as it is: a text that `text` is given later, by what it is kept in."""
    return english


def text(english: str, /, **values: object) -> str:
    """`english` in the language chosen, with `values` in the place of their {names}."""
    found = _catalogue.get(english) or english
    if not values:
        return _known_again(english) if _catalogue and found is english else found
    if _catalogue:
        values |= {name: text(str(it)) for name, it in values.items() if name in _REASONS and it}
    try:
        return found.format_map(values)
    except (KeyError, ValueError, IndexError):
        return english.format_map(values)


def _known_again(english: str, depth: int = 0) -> str:
    """The translation of a text that has its values in it already; `english` if it has none."""
    if depth > DEEPEST:
        return english
    sentences = english.split("; ", MOST_SENTENCES)
    told = [_known_sentence(it, depth) for it in sentences]
    if None not in told:
        return "; ".join(map(str, told))
    return _known_sentence(english, depth) or english


def _known_sentence(english: str, depth: int) -> str | None:
    global _put_together
    if english in _catalogue:
        return _catalogue[english]
    if _put_together is None:
        _put_together = list(_with_numbers(_catalogue))
    for pieces, translated in _put_together:
        values = _values_between(pieces, english)
        if values is not None:
            told = [_known_again(it, depth + 1) if " " in it else it for it in values]
            return _filled(translated, told)
    return None


def _with_numbers(catalogue: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """The entries that have numbers: those that begin with words first, and the longer first."""
    entries = [it for it in catalogue if "{0}" in it]
    for english in sorted(entries, key=lambda it: (it.startswith("{"), -len(it))):
        yield _split(english)[::2], catalogue[english]


def _values_between(pieces: list[str], english: str) -> list[str] | None:
    """What stands between `pieces` in the text, which they make up otherwise; None if they do not.

    Each value is as short as can be. Takes time in proportion to the text, whoever wrote it.
    """
    first, *others, last = pieces
    end = len(english) - len(last)
    at = len(first)
    if not english.startswith(first) or not english.endswith(last) or end < at:
        return None
    values = []
    for piece in others:
        found = english.find(piece, at, end)
        if found < 0:
            return None
        values.append(english[at:found])
        at = found + len(piece)
    return [*values, english[at:end]]


def _filled(translated: str, values: list[str]) -> str:
    """`translated` with `values` in the place of its numbers."""
    pieces = _split(translated)
    for at in range(1, len(pieces), 2):
        pieces[at] = values[int(pieces[at])] if int(pieces[at]) < len(values) else ""
    return "".join(pieces)


def _split(entry: str) -> list[str]:
    """What stands between the numbers of an entry, and the numbers, in turn."""
    import re

    return re.split(r"\{(\d)\}", entry)


def read_catalogue(po: str) -> dict[str, str]:
    """The texts of a `.po` file and their translations; those marked fuzzy are left out."""
    found: dict[str, str] = {}
    for block in po.replace("\r\n", "\n").split("\n\n"):
        parts = {"msgid": "", "msgstr": ""}
        part, is_fuzzy = "", False
        for line in block.split("\n"):
            if line.startswith("#"):
                is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            keyword, _, rest = line.partition(" ")
            if keyword in parts:
                part, line = keyword, rest
            if part and line.startswith('"'):
                parts[part] += _unquoted(line.strip())
        if parts["msgid"] and parts["msgstr"] and not is_fuzzy:
            found[parts["msgid"]] = parts["msgstr"]
    return found


def _unquoted(quoted: str) -> str:
    body = quoted[1:-1]
    for escape, char in (("\\\\", "\0"), ("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\0", "\\")):
        body = body.replace(escape, char)
    return body
