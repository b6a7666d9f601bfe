"""flag_names: `[seen, $Work]` to Maildir letters and keywords, and back to words.

What is not a flag is a keyword, with or without `$`, as IMAP allows. A name that
resembles a flag is a mistake, because it would be a keyword that nobody meant.
"""

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


OTHER_NAMES = {
    "read": "seen",
    "replied": "answered",
    "forwarded": "passed",
    "starred": "flagged",
    "deleted": "trashed",
}
"""What others call a flag, and what it is called here."""

NO_FLAG = ("unread", "unseen")
"""What others call a message without the flag `seen`."""

_NOT_IN_ATOMS = frozenset('(){ %*"\\]')
"""RFC 3501 9, atom-specials."""


def parse_flags(node: Node) -> tuple[str, tuple[str, ...]]:
    """Letters in ASCII order, and keywords, of a list of flags; raises Mistake."""
    letters: set[str] = set()
    keywords: list[str] = []
    for item in node.alternatives():
        name = item.text()
        if name in LETTERS:
            letters.add(LETTERS[name])
        else:
            keywords.append(_keyword(item, name))
    return "".join(sorted(letters)), tuple(dict.fromkeys(keywords))


def _keyword(node: Node, name: str) -> str:
    """`name`, if it is an IMAP keyword (an atom, RFC 3501 9) and not a flag written wrongly."""
    right = _what_is_right(name)
    if right:
        raise node.mistake("unknown flag {name!r}", right, name=name)
    if name == "$" or any(c in _NOT_IN_ATOMS or not " " < c < "\x7f" for c in name):
        raise node.mistake(
            "{name!r} is not an IMAP keyword", "ASCII, no blanks, such as $Work", name=name
        )
    return name


def _what_is_right(name: str) -> str:
    """What to write instead of `name`, if a flag was meant; "" if it may well be a keyword."""
    from difflib import get_close_matches

    from maildrop_py.translation import text

    if name.startswith("$"):
        return ""
    lowered = name.lower().lstrip("\\")
    if lowered in NO_FLAG:
        return text("write `not: {flags: seen}`")
    close = get_close_matches(lowered, LETTERS, n=1, cutoff=0.7)
    right = OTHER_NAMES.get(lowered) or (close[0] if close else "")
    return text("did you mean `{name}`?", name=right) if right else ""


def in_words(letters: str, keywords: tuple[str, ...], between: str = ", ") -> str:
    """The names of flags and keywords, as users write them."""
    return between.join([*(NAMES.get(letter, letter) for letter in letters), *keywords])
