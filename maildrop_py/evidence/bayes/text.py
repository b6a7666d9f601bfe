"""text: the words of a text, as the Bayes filter counts them.

Text is case folded and, where it is not ASCII, NFKC normalised. Words are what
stands between white space and punctuation. Chinese, Japanese, Korean, Thai and
their neighbours are written without spaces between words, or with long
suffixes: there, each pair of neighbouring characters counts as a word. Characters that
nobody sees (zero width, soft hyphens) are left out. A word of Latin letters with Greek
or Cyrillic ones that look like them is read as people read it, and MIXED says so. ASCII
letters with spaces between them ("V I A G R A") are read as a word.

Guarantee: linear, and no word is longer than LONGEST characters.

Known limits: single letters and, in ASCII, pairs of letters don't count.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from maildrop_py.message.normal_form import normalized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 24
"""Characters of a word; of longer ones the beginning and about how long they are count."""

MIXED = "(letters of two scripts)"

_SPELT = 4
"""Single letters in a row that are read as one word (`V I A G R A`)."""

_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789$%!'-_.")
_EDGES = ".-'_"
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_MOST_KEPT = 20_000  # characters in each table
_ASCII = "".join(low if (low := chr(code).lower()) in _KEPT else " " for code in range(128))

_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏвнкмтгпαεορυνικτωхѵԛԝ",
    "aeopcyxijsdhlbhkmtrnaeopuviktwxvqw",
)
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # beside format characters

# First and last code point of scripts whose pairs of characters count.
_PAIRED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xAC00, 0xD7AF),  # Hangul
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def words(text: str, shortest: int = 3) -> list[str]:
    """What is counted of `text`, in order; ASCII words have at least `shortest` letters."""
    if not text.isascii():
        text = normalized("NFKC", text).casefold()
        if not text.isascii():
            return list(_mixed(text, shortest))
    return _plain(text, shortest)


def _plain(text: str, shortest: int) -> list[str]:
    pieces = text.translate(_ASCII).split()
    found = [
        word if len(word) <= LONGEST else f"{word[:6]}~{len(word) // 8}"
        for written in pieces
        if len(word := written.strip(_EDGES)) >= shortest
    ]
    return found if len(pieces) - len(found) < _SPELT else found + _spelt(pieces)


def _spelt(pieces: list[str]) -> list[str]:
    """Words that stand there letter by letter."""
    runs = "".join(piece if len(piece) == 1 else " " for piece in pieces).split()
    return [run[:LONGEST] for run in runs if len(run) >= _SPELT and run.isalpha()]


def _mixed(text: str, shortest: int) -> Iterator[str]:
    for written in text.translate(_LETTERS).split():
        if written.isascii():
            yield from _plain(written, shortest)
            continue
        for paired, run in groupby(written, _PAIRS.__getitem__):
            if paired:
                yield from _pairs("".join(run))
            else:
                yield from _word("".join(run), shortest)


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second


def _word(run: str, shortest: int) -> list[str]:
    if run.isascii():
        return _plain(run, shortest)
    run = run.strip(_EDGES)
    if len(run) < 2:
        return []
    if any(char in _LATIN for char in run):
        read = run.translate(_LOOKALIKES)
        if read != run:
            return [read[:LONGEST], MIXED]
    return [run[:LONGEST]]


def _is_unseen(char: str) -> bool:
    from unicodedata import category

    return category(char) == "Cf" or char in _UNSEEN or 0xFE00 <= ord(char) <= 0xFE0F


class _Letters(dict[int, str]):
    """A translation table, filled as characters come up: what is no letter is a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code < 128:
            found = _ASCII[code]
        elif _is_unseen(char):
            found = ""
        else:
            found = char if _PAIRS[char] or char.isalnum() else " "
        if len(self) < _MOST_KEPT:
            self[code] = found
        return found


class _Pairs(dict[str, bool]):
    """Whether a character is of a script whose pairs count, filled in the same way."""

    def __missing__(self, char: str) -> bool:
        code = ord(char)
        found = any(first <= code <= last for first, last in _PAIRED)
        if len(self) < _MOST_KEPT:
            self[char] = found
        return found


_LETTERS = _Letters()
_PAIRS = _Pairs()
