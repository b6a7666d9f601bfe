"""translation: the program's own texts in the language of the user.

`text("3 messages")` gives the text as it is, or its translation where `choose` was told of
a language that there is a catalogue for. A catalogue is a `.po` file of gettext, in
`translations/`; it is read when the first text is asked for in that language, which takes a few
milliseconds. Texts with values have them by name: `text("{number} messages", number=3)`.

Guarantee: a text without a translation, or one that names other values, comes in English;
nothing is raised. Keys of JSON, and the logs, are never translated: programs read them.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Text = Callable[..., str]  # `text`, or str.format, which leaves a text in English

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "translations")
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where gettext looks for the language, the first that says something."""

_catalogue: Mapping[str, str] = {}
_language = "en"


def choose(language: str) -> None:
    """From now on texts are in `language` ("ja"), or in English where there is no catalogue."""
    global _catalogue, _language
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
        return found
    try:
        return found.format_map(values)
    except (KeyError, ValueError, IndexError):
        return english.format_map(values)


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
