"""misspelt: words that a sender wrote wrongly on purpose, so that a filter does not see them.

Two ways are found. A disguised word looks like the word and is not spelt so:
digits and signs for letters (V1agra, \\/ aside), letters of other alphabets,
accents, dots between letters, letters set apart. An altered word differs from
it by a few letters put in, left out or exchanged (Viagara, Vigra, Viarga). The
word itself, rightly spelt, is not found: a `subject` test is for that.

So that innocent neighbours are left alone, an altered word must begin with the
same letter; words of fewer than 6 letters are found in disguise only, fewer than
10 with one change at most; a word and its inflections (casino, casinos) are not
told apart, and one plain letter for another makes a different word
(medication, meditation) unless the two sound or look alike.

Known limits: no dictionary. Where another real word is one letter away (casino,
Casio), the rule has to name it as innocent.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.record import record

_EXAMINED = 2000  # characters of a text
_MOST_SPELLERS = 64  # rules whose words are kept ready
_MOST_JUDGED, _LONGEST_JUDGED = 4096, 40  # words of texts that are remembered, and their letters
_SIGNS = str.maketrans("013457@$!|€£", "oieastasiiel")
_JOINTS = str.maketrans("/:;,&+-", "       ")
# Cyrillic and Greek letters that look like Latin ones.
_ALPHABETS = str.maketrans("авеёікмнорстухѕјԛԝαβεικνορτυχѵ", "abeeikmhopctyxsjqwabeiknoptuxv")
_ALIKE = (
    frozenset("ckq"),
    frozenset("szx"),
    frozenset("uvw"),
    frozenset("ijy"),
    frozenset("gj"),
    frozenset("fp"),
    frozenset("aeiouy"),
)


@record
class Misspelling:
    """The `word` that was meant, and how it was `written`."""

    word: str
    written: str


_LETTER = Misspelling("", "")
"""Stands for a letter that is set apart: what it belongs to depends on its neighbours."""


def find(
    text: str, words: tuple[str, ...], distance: int = 1, innocent: tuple[str, ...] = ()
) -> Misspelling | None:
    """The first of `words` that stands in `text` misspelt on purpose.

    `distance` is the most changes that an altered word may have (0: disguises
    alone); `innocent` are words that are never meant. Linear in the text.
    """
    key = words, distance, innocent
    speller = _spellers.get(key)
    if speller is None:
        if len(_spellers) >= _MOST_SPELLERS:
            _spellers.clear()
        speller = _spellers[key] = _Speller(*key)
    return speller.first_in(text[:_EXAMINED])


class _Speller:
    """The words that are looked for, with what was found of words in texts before."""

    def __init__(self, words: tuple[str, ...], distance: int, innocent: tuple[str, ...]) -> None:
        self._left_alone = {word.casefold() for word in (*innocent, *words)}
        self._words = words
        self._distance = distance
        self._outlines: dict[str, int] = {}  # -> the number of the first word that has it
        self._alike: dict[tuple[str, int], list[tuple[int, _Shape]]] = {}
        for number, word in enumerate(words):
            if word:
                self._note(number, _Shape(word))
        self._judged = Memo(self._judge_piece, _MOST_JUDGED)

    def _note(self, number: int, meant: _Shape) -> None:
        """Note how words begin, and how long they are, that may be `meant` with some changes."""
        self._outlines.setdefault(meant.outline, number)
        length, changes = len(meant.letters), _changes_allowed(meant, self._distance)
        for near in range(length - changes, length + changes + 1) if changes else ():
            self._alike.setdefault((meant.letters[:1], near), []).append((number, meant))

    def first_in(self, text: str) -> Misspelling | None:
        """The first word that is misspelt in a text."""
        pieces, judged = text.split(), self._judged
        verdicts = [
            judged[piece] if len(piece) <= _LONGEST_JUDGED else self._judge_piece(piece)
            for piece in pieces
        ]
        if verdicts.count(None) == len(verdicts):
            return None
        letters: list[str] = []
        for piece, found in zip([*pieces, ""], [*verdicts, None], strict=True):
            if found is _LETTER:
                letters.append(_core(piece))
                continue
            if letters:
                apart = self._meant([" ".join(letters)]) if len(letters) > 2 else None
                if apart is not None:
                    return apart
                letters = []
            if found is not None:
                return found
        return None

    def _judge_piece(self, piece: str) -> Misspelling | None:
        """What a piece of text without blanks has; _LETTER for a single letter."""
        core = _core(piece)
        if len(core) > 1 and core.isascii() and core.isalpha():
            plain = core.lower()  # a word like most: no other look at its letters is needed
            alike = (plain[0], len(plain)) in self._alike
            if not alike and plain.replace("l", "i") not in self._outlines:
                return None
        return _LETTER if len(core) == 1 else self._meant(_words_in(core))

    def _meant(self, words: list[str]) -> Misspelling | None:
        """The first of some words, as they are written, that is misspelt."""
        for written in words:
            word = self._judge(_Shape(written))
            if word:
                return Misspelling(word, written)
        return None

    def _judge(self, shape: _Shape) -> str:
        if shape.plain in self._left_alone:
            return ""
        same = self._outlines.get(shape.outline, len(self._words))
        for number, meant in self._alike.get((shape.letters[:1], len(shape.letters)), ()):
            if number < same and _is_altered(shape, meant, self._distance):
                return self._words[number]
        return self._words[same] if same < len(self._words) else ""


_spellers: dict[tuple[tuple[str, ...], int, tuple[str, ...]], _Speller] = {}
"""What depends on the rules alone, for the next message."""


class _Shape:
    """A word as it is written, its letters to the eye, and these with no I told from an L."""

    __slots__ = ("letters", "outline", "plain")

    def __init__(self, written: str) -> None:
        self.plain = written.casefold()
        self.letters = _letters(self.plain)
        self.outline = self.letters.replace("l", "i")


def _core(piece: str) -> str:
    """A piece of text without the signs around it."""
    return piece.strip(".,;:?()[]{}<>\"'`*_-~#=+")


def _words_in(core: str) -> list[str]:
    """A word as it is written, and the words inside it (a/b, a-b)."""
    if not core or core.isalpha():
        return [core] * bool(core)
    shout = [core.rstrip("!")] * core.endswith("!")  # an i, or the end of a shout
    return [core, *shout, *(word for word in core.translate(_JOINTS).split() if word != core)]


def _letters(word: str) -> str:
    """What is left of a word for the eye: Latin letters, without accents, signs and gaps."""
    if word.isascii() and word.isalpha():
        return word
    if not word.isascii():
        from maildrop_py.message.normal_form import normalized

        word = normalized("NFKD", word).translate(_ALPHABETS)
    if any(map(str.isalpha, word)):
        word = word.translate(_SIGNS)
    return "".join(filter(str.isalnum, word))


def _changes_allowed(meant: _Shape, distance: int) -> int:
    length = len(meant.letters)
    return min(distance, 0 if length < 6 else 1 if length < 10 else 2)


def _is_altered(shape: _Shape, meant: _Shape, distance: int) -> bool:
    allowed = _changes_allowed(meant, distance)
    if not allowed or shape.letters[:1] != meant.letters[:1]:
        return False
    if abs(len(shape.letters) - len(meant.letters)) > allowed:
        return False
    if shape.plain.startswith(meant.plain) or meant.plain.startswith(shape.plain):
        return False  # an inflection
    from rapidfuzz.distance import OSA

    changes = int(OSA.distance(shape.letters, meant.letters, score_cutoff=allowed))
    return changes <= allowed and not _is_another_word(shape.plain, meant.plain)


def _is_another_word(plain: str, spelt: str) -> bool:
    """Whether the two differ by one plain letter for another that is not like it."""
    if len(plain) != len(spelt):
        return False
    differing = [(a, b) for a, b in zip(plain, spelt, strict=True) if a != b]
    if len(differing) != 1:
        return False
    pair = set(differing[0])
    return all(map(str.isalpha, pair)) and not any(pair <= alike for alike in _ALIKE)
