"""expressions: regular expressions that match nothing, everything, or not what they look like.

Python's parser takes them apart, as for `literals`; what RE2 reads differently
is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

from maildrop_py.rules.matching.engine import BadExpression, compiled
from maildrop_py.rules.matching.literals import parsed
from maildrop_py.translation import text as translated

Doubt = tuple[str, str]
"""What is odd, and what would be right."""

_CLASS = re.compile(r"(?<!\\)\[([A-Za-z][\w .:#/-]{2,})\](?![+*?{])")
_RANGE = re.compile(r"(?<![A-Za-z])\w-\w|\w-\w(?![A-Za-z])")
"""`a-z` in a class; `list-users` is a word."""
_BEFORE_WORD, _BEHIND_WORD = " ^(|:", " $)|:"
_PLUS = re.compile(r"(?<!\\)(\w)\+(?=\w)")
_ODD_BACKSLASH = re.compile(r"\\\\(?=[\[\](){}.*+?^$|dswbDSWB])")
_UNLIKE_TEXT = "a \x01 unlikely text"
_TEXTS = (op.LITERAL, op.IN, op.ANY, op.NOT_LITERAL)


def doubts_about(expression: str, by_lines: bool = False) -> Iterator[Doubt]:
    """What is odd about an expression, whatever it is searched for in.

    `by_lines` where `^` and `$` are the ends of each line of a text.
    """
    try:
        groups = compiled(expression).groups
    except BadExpression:
        return
    if not groups and _matches(expression, "") and _matches(expression, _UNLIKE_TEXT):
        yield (
            translated("/{expression}/ matches every text", expression=expression),
            translated("use `exists: true`, or say what must be there"),
        )
        return
    for word in _words_in_classes(expression):
        yield (
            translated("/[{word}]/ matches any one of these letters", word=word),
            translated("write '\\[{word}\\]', or {{contains: '[{word}]'}}", word=word),
        )
    if _ODD_BACKSLASH.search(expression):
        yield (
            translated("/{expression}/ looks for a backslash", expression=expression),
            translated(
                "in single quotes and without quotes YAML takes one backslash as it is: write one"
            ),
        )
    tree = parsed(expression)
    if tree is not None:
        yield from _doubts_about_parts(list(tree), by_lines)


def doubt_about_raw(expression: str) -> Doubt | None:
    """What is odd about an expression over the header as it was sent."""
    if expression.isascii():
        return None
    return (
        translated(
            "/{expression}/ has letters beyond ASCII, which headers hardly have before decoding",
            expression=expression,
        ),
        translated("use `header` or `subject`, which are decoded"),
    )


def doubt_about_plus(expression: str) -> Doubt | None:
    """`anna+foo`: a plus that is meant as it is written."""
    found = _PLUS.search(expression)
    if found is None:
        return None
    right = _PLUS.sub(r"\1\\+", expression)
    return translated(
        "/{found}+/ is one or more of {found!r}, not a plus", found=found[1]
    ), translated("write '{right}'", right=right)


def doubt_about_brackets(expression: str, what: str, right: str) -> Doubt | None:
    """`<foo.example.org>` where what is looked at has no such brackets."""
    plain = re.sub(r"\(\?P?<\w+>", "(", expression)
    if "<" not in plain and ">" not in plain:
        return None
    return translated(
        "/{expression}/ can never match: {what} is looked at without < and >",
        expression=expression,
        what=what,
    ), right


def doubt_about_name(expression: str, name: str) -> Doubt | None:
    """`^Subject: x`, as the line of a header is written."""
    if not re.match(rf"\^{re.escape(name)}\s*:", expression, re.IGNORECASE):
        return None
    return (
        translated(
            "/{expression}/ can never match: the name is not part of the value",
            expression=expression,
        ),
        translated("leave `{name}:` out", name=name),
    )


def doubt_about_header_ends(expression: str) -> Doubt | None:
    """White space at the ends of a value, or a line end in it: there is none."""
    without_classes = re.sub(r"\[\^[^\]]*\]", "", expression)
    if re.search(r"(?<!\\)\\[nr]", without_classes):
        return translated(
            "/{expression}/ can never match: headers are unfolded into one line",
            expression=expression,
        ), translated("use \\s")
    if re.match(r"\^(?:\\?[ t])", expression) or re.search(r"[^\\] \$\Z", expression):
        why = translated("white space at the ends of a header is left out")
        return translated(
            "/{expression}/ can never match: {why}", expression=expression, why=why
        ), translated("leave it out here too")
    return None


def doubt_about_whole_address(expression: str) -> Doubt | None:
    """`^boss@example.com$` over a header that has names and brackets around addresses."""
    address = r"[\w.+\\-]*@[\w.\\-]+"
    found = re.fullmatch(rf"(\^?)({address})(\$?)", expression)
    if found is None or not (found[1] or found[3]):
        return None
    plain = found[2].replace("\\", "")
    return (
        translated(
            "/{expression}/ does not match `Boss <{value}>`: the header has more than the address",
            expression=expression,
            value=plain.lstrip("@") if found[1] else plain,
        ),
        translated(
            "write {plain} without signs, which is looked up among the addresses", plain=plain
        ),
    )


def doubt_about_suffix(expression: str) -> Doubt | None:
    """`.exe`, as the end of a file's name is called."""
    found = re.fullmatch(r"\.(\w{1,5})(\$?)", expression)
    if found is None:
        return None
    return translated(
        "/{expression}/ matches any character before {found!r}",
        expression=expression,
        found=found[1],
    ), translated("write '\\.{found}$'", found=found[1])


def doubt_about_plain(kind: str, text: str) -> Doubt | None:
    """An expression where the test takes the text as it is written."""
    signs = (r"\.", r"\[", r"\d", r"\w", ".*", ".+")
    if any(sign in text for sign in signs) or (len(text) > 1 and text[0] == "^"):
        return translated(
            "`{kind}` takes {written!r} as it is written", kind=kind, written=text
        ), translated("use `regex` for an expression")
    return None


def _matches(expression: str, text: str) -> bool:
    return compiled(expression).spans(text.encode()) is not None


def _words_in_classes(expression: str) -> Iterator[str]:
    """The contents of classes that look like a word in brackets."""
    for found in _CLASS.finditer(expression):
        word = found[1]
        letters = [char for char in word.lower() if char.isalpha()]
        before = expression[found.start() - 1 : found.start()]
        behind = expression[found.end() : found.end() + 1]
        alone = before in _BEFORE_WORD and behind in _BEHIND_WORD
        if _RANGE.search(word):
            continue
        if len(set(letters)) < len(letters) or (alone and len(letters) > 2):
            yield word


def _doubts_about_parts(parts: list[Any], by_lines: bool) -> Iterator[Doubt]:
    """Anchors with text on their wrong side, and an end that adds nothing."""
    for (kind, value), (next_kind, next_value) in pairwise(parts):
        if by_lines or (kind, next_kind) == (op.AT, op.AT):
            continue
        if kind is op.AT and value is op.AT_END and next_kind in _TEXTS:
            yield (
                translated("`$` is the end of the text, and something follows it"),
                translated("write '\\$' for a dollar"),
            )
        if kind in _TEXTS and next_kind is op.AT and next_value is op.AT_BEGINNING:
            yield (
                translated("`^` is the beginning of the text, and something is before it"),
                translated("write '\\^'"),
            )
    if parts and parts[-1][0] is op.MAX_REPEAT:
        least, most, repeated = parts[-1][1]
        if least == 0 and len(repeated) == 1 and repeated[0][0] is op.LITERAL:
            letter = chr(repeated[0][1])
            sign = "?" if most == 1 else "*"
            right = translated(
                "write '{letter}\\{sign}' for the sign, or {letter}.* for any text",
                letter=letter,
                sign=sign,
            )
            yield (
                translated(
                    "`{letter}{sign}` at the end matches nothing as well, so it asks nothing",
                    letter=letter,
                    sign=sign,
                ),
                right,
            )
