"""spf_macros: macro expansion as RFC 7208 section 7 has it.

pyspf's own expansion accepts what the grammar forbids (`%{d`, `%{d0}`,
`%{dxyz}`, `%%%(`), joins split parts with their old delimiters, shortens a long
name by one label only, and shortens explanations too. Linear in the text.
"""

from __future__ import annotations

import re
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(\d{0,3})(r?)([-.+,/_=]*)\}|([%_-]))", re.I | re.A)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
_LONGEST_NAME = 253


class MacroError(ValueError):
    """Text that breaks the grammar of macro strings (RFC 7208 7.1)."""


def expand(text: str, value_of: Callable[[str], str]) -> str:
    """`text` with its macros replaced; `value_of` is given a lower-case macro letter.

    Raises MacroError where the grammar is broken, before any value is asked for.
    """
    check(text)
    return _MACRO.sub(lambda match: _expand_one(match, value_of), text)


def check(text: str) -> None:
    """Raises MacroError unless every `%` of `text` begins a macro."""
    if "%" in _MACRO.sub("", text):
        raise MacroError(f"invalid macro in {text[:80]!r}")
    for match in _MACRO.finditer(text):
        if match[2] and int(match[2]) == 0:
            raise MacroError(f"no parts to keep in {match[0]!r}")


def letters(text: str) -> set[str]:
    """The lower-case letters of the macros in `text`."""
    return {match[1].lower() for match in _MACRO.finditer(text) if match[1]}


def as_name(text: str) -> str:
    """An expanded domain-spec without final dot, cut from the left to 253 characters."""
    text = text.removesuffix(".")
    while len(text) > _LONGEST_NAME and "." in text:
        text = text.partition(".")[2]
    return text


def _expand_one(match: re.Match[str], value_of: Callable[[str], str]) -> str:
    letter, count, backwards, delimiters, plain = match.groups()
    if plain:
        return _PLAIN[plain]
    value = value_of(letter.lower())
    if count or backwards or delimiters:
        parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
        if backwards:
            parts.reverse()
        value = ".".join(parts[-int(count) :] if count else parts)
    return quote(value, safe="-._~") if letter.isupper() else value
