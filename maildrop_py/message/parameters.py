"""parameters: the parameters of Content-Type and Content-Disposition fields.

RFC 2045 parameters, RFC 2231 continuations and charsets, and what programs write
instead: RFC 2047 words in quotes, raw 8-bit names, blanks without quotes. Never
raises; linear but for the sorting of continuations.

Known limits: a backslash in quotes is kept unless it escapes a quote or another
backslash, since names that hold Windows paths are seldom escaped.
"""

from __future__ import annotations

from maildrop_py.message.charsets import decode, guess
from maildrop_py.message.encoded_words import decode_words, without_controls
from maildrop_py.message.normal_form import composed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Sections = list[tuple[int, bool, str]]

_HEXADECIMAL = "0123456789abcdefABCDEF"
_BACKSLASH, _QUOTE = "\1", "\2"  # escaped ones, so that a quote found is a real one


def parameters(raw: bytes, charset: str = "") -> dict[str, str]:
    """Names in lower case to decoded values; `charset` is what raw 8-bit bytes may be in."""
    text = guess(raw, charset)
    if not text.isprintable():
        text = without_controls(text)
    text = text.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)
    found: dict[str, str] = {}
    extended: dict[str, Sections] = {}
    is_escaped = _BACKSLASH in text or _QUOTE in text
    for name, value in _pairs(text):
        if is_escaped:
            name, value = map(_unescaped, (name, value))
        base, star, rest = name.partition("*")
        if star:
            section = rest.rstrip("*")
            index = int(section) if section.isdecimal() and len(section) < 6 else 0
            extended.setdefault(base, []).append((index, name.endswith("*"), value))
        else:
            found.setdefault(base, decode_words(value) if "=?" in value else value)
    found |= {base: _joined(sections) for base, sections in extended.items()}
    return {name: _clean(value) for name, value in found.items()}


def _clean(value: str) -> str:
    return composed(value if value.isprintable() else without_controls(value))


def _unescaped(text: str) -> str:
    return text.replace(_BACKSLASH, "\\").replace(_QUOTE, '"')


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each `name=value`, quotes taken off; the word in front of the `=` is the name.

    So that comments, and a semicolon that is missing, hide no name.
    """
    at = -1
    while True:
        equals = text.find("=", at + 1)
        if equals < 0:
            return
        words = text[at + 1 : equals].rpartition(";")[2].split()
        value, at = _value(text, equals + 1)
        if words:
            yield words[-1].lower(), value
        if at < 0:
            return


def _value(text: str, start: int) -> tuple[str, int]:
    """The value at `start`, and where the semicolon behind it is, -1 for none."""
    while text[start : start + 1] == " ":
        start += 1
    if text[start : start + 1] == '"':
        close = text.find('"', start + 1)
        if close >= 0:
            return text[start + 1 : close], text.find(";", close)
    end = text.find(";", start)
    return text[start : end if end >= 0 else len(text)].strip(' "'), end


def _joined(sections: Sections) -> str:
    """RFC 2231: the sections of one value in order; the first encoded one names the charset."""
    charset = ""
    data = []
    for index, is_encoded, value in sorted(sections, key=lambda section: section[0]):
        if is_encoded and index == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data.append(_percent_decoded(value) if is_encoded else value.encode(errors="replace"))
    if not any(is_encoded for _, is_encoded, _ in sections):
        return decode_words(str(b"".join(data), "utf-8"))
    return decode(b"".join(data), charset)


def _percent_decoded(text: str) -> bytes:
    first, *rest = text.split("%")
    data = [first.encode(errors="replace")]
    for part in rest:
        code, tail = part[:2], part[2:]
        if len(code) == 2 and not code.strip(_HEXADECIMAL):
            data += bytes.fromhex(code), tail.encode(errors="replace")
        else:
            data.append(b"%" + part.encode(errors="replace"))
    return b"".join(data)
