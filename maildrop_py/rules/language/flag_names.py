"""flag_names: `[seen, $Work]` to Maildir letters and keywords, and back to words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node

LETTERS = {
    "draft": "D",
    "flagged": "F",
    "passed": "P",
    "answered": "R",
    "seen": "S",
    "trashed": "T",
}
NAMES = {letter: name for name, letter in LETTERS.items()}


def parse_flags(node: Node) -> tuple[str, tuple[str, ...]]:
    """Letters in ASCII order, and keywords, of a list of flags; raises Mistake."""
    letters: set[str] = set()
    keywords: list[str] = []
    for item in node.alternatives():
        name = item.text()
        if name.startswith("$"):
            keywords.append(_keyword(item, name))
        else:
            letters.add(LETTERS[item.choice(LETTERS, "flag (keywords start with $)")])
    return "".join(sorted(letters)), tuple(dict.fromkeys(keywords))


def _keyword(node: Node, name: str) -> str:
    """An IMAP keyword is an atom (RFC 3501 9)."""
    if len(name) < 2 or any(c in '(){%*"\\] ' or not " " < c < "\x7f" for c in name):
        raise node.mistake(f"{name!r} is no IMAP keyword", "ASCII, no blanks, such as $Work")
    return name


def in_words(letters: str, keywords: tuple[str, ...], between: str = ", ") -> str:
    """The names of flags and keywords, as users write them."""
    return between.join([*(NAMES.get(letter, letter) for letter in letters), *keywords])
