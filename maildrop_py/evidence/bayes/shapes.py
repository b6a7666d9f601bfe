"""shapes: how joined words, subjects and fields look, as the Bayes filter counts it.

Dates and Message-IDs are hardly ever met twice; their shapes are, and tell which program
wrote them: runs of digits become 9, runs of letters a or A. Words joined by marks
("best-seller", "example.com") count by their parts too, and single letters joined by
marks ("v.i.a.g.r.a") as the word they spell.

Guarantee: linear; no shape is longer than LONGEST characters.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 24
_MOST = 60  # characters that are looked at
_SHORTEST = 3  # letters of a part that counts
_JOINTS = str.maketrans("-._'", "    ")
_CLASSES = {
    code: "9" if chr(code).isdigit() else "a" if chr(code).islower() else "A"
    for code in range(128)
    if chr(code).isalnum()
}
_RUNS = ("99", "aa", "AA")


def shape(text: str) -> str:
    """`9.Aa9` of `20020904.GAx17`."""
    found = text[:_MOST].translate(_CLASSES)
    for run in _RUNS:
        while run in found:
            found = found.replace(run, run[0])
    return found[:LONGEST]


def beside(words: Iterable[str]) -> Iterator[str]:
    """What counts beside `words`, as `text.words` returns them: the parts of joined ones."""
    for word in words:
        if word.isalnum() or not word.isascii():
            continue
        parts = word.translate(_JOINTS).split()
        if len(parts) > 1:
            yield from (part for part in parts if len(part) >= _SHORTEST)
            if len(parts) >= _SHORTEST and len(parts) * 2 - 1 == len(word):
                yield "".join(parts)


def of_subject(subject: str, is_answer: bool) -> Iterator[str]:
    """Marks of a subject; `is_answer` says whether the message names another that it answers."""
    yield from (mark for mark in "!?$" if mark in subject)
    if subject.isupper():
        yield "(capitals)"
    if "   " in subject:
        yield "(spaces)"
    if subject[:3].lower() == "re:":
        yield "(answer)" if is_answer else "(answer to nothing)"
