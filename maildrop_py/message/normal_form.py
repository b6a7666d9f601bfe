"""normal_form: text as it is compared and named, in Unicode's composed form (NFC).

Some systems write é as e and an accent (NFD), others as one character; readers
see no difference, so comparisons and folder names must not either (RFC 5051,
RFC 6855 3). Never raises; linear: a text is composed in pieces, because a long
run of marks would take quadratic time to be put into order.

Known limits: such a run, longer than MARKS characters, may keep an order of its
own at the end of a piece. (Real words have no more than 30; UAX #15, 13.)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

PIECE = 128  # characters
MARKS = 32  # characters of a piece with nothing but marks
_VOICING = "\uff9e\uff9f"  # halfwidth: NFKC makes one character of ｶ and ﾞ


def composed(text: str) -> str:
    """`text` in NFC."""
    if text.isascii() or (len(text) > PIECE and _is_latin(text)):
        return text
    return normalized("NFC", text)


def normalized(form: Form, text: str) -> str:
    """`text` in one of the normal forms of Unicode; `unicodedata.normalize` in linear time."""
    from unicodedata import normalize

    if len(text) <= PIECE:
        return normalize(form, text)
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = _piece_end(text, start)
        pieces.append(normalize(form, text[start:end]))
        start = end
    return "".join(pieces)


def _is_latin(text: str) -> bool:
    """Whether all is in Latin-1, which has no marks that anything could be composed of."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _piece_end(text: str, start: int) -> int:
    """Where a piece may end: in front of a character that begins a new piece."""
    end = start + PIECE
    if end >= len(text):
        return len(text)
    for at in range(end, start + PIECE // 2, -1):
        if text[at] < "\u0300":
            return at
    return _before_a_starter(text, start, end)


def _before_a_starter(text: str, start: int, end: int) -> int:
    from unicodedata import combining

    for at in range(end, start + PIECE // 2, -1):
        char = text[at]
        if not combining(char) and not "\u1160" <= char <= "\u11ff" and char not in _VOICING:
            return at
    return start + MARKS
