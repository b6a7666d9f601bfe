"""expressions: procmail's regular expressions in RE2's words.

What is different (procmail 3.22, src/regexp.c; run against it by the tests):
`^` and `$` are the newline itself and take it; the text behaves as if one more
newline stood at each end; `^^` is the start or the end of the text; a negated class
has no newline; a backslash in a class is a character, `\\d` is the letter d, `{` and
a second quantifier are characters; `\\<` and `\\>` are any character that is not in a
word; folding of case is ASCII's. `\\/` begins what goes into MATCH: that starts as early
and ends as late as it can.

Known limits: behind `\\/`, alternatives of which one starts like another may end
MATCH earlier than procmail would; expressions that need two newlines at the end
of the text see one.

A variable's value that is not known before the mail comes stands in a text as a mark
(`marked`) and becomes `{name}`.
"""

from __future__ import annotations

import re
from typing import cast

from maildrop_py.convert.marks import marked
from maildrop_py.convert.procmail.expression_parser import (
    MARKS,
    Node,
    NotTranslatable,
    Parser,
    byte,
)
from maildrop_py.convert.procmail.macros import with_macros
from maildrop_py.record import record

MATCH = "match"
"""The group that is MATCH."""

_SPECIAL = set("\\.+*?()|[]{}^$")


@record
class Expression:
    """`alternatives` in RE2, of which one must match; `captures` where MATCH is set.

    `remarks` are mistakes of the original that its owner may not know of.
    """

    alternatives: tuple[str, ...]
    captures: bool = False
    remarks: tuple[str, ...] = ()


def squeezed(text: str) -> str:
    """`text` without the joins of lines and the blanks at the start of those joined."""
    return re.sub(r"\n[ \t]+", "\n", text.replace("\\\n", "\n")).replace("\n", "")


def translate(text: str, minds_case: bool = False, shortest: bool = False) -> Expression:
    """The expression `text`; raises NotTranslatable.

    With `shortest` a match ends as early as it can, as where procmail counts matches.
    """
    has_daemon = re.search(r"(?<!\\)\^FROM_DAEMON", text) is not None
    remarks = tuple(_remarks_on(text))
    branches = Parser(with_macros(text)).whole()
    captures = sum(map(_splits, branches))
    case = "(?-i)" if minds_case and not has_daemon else ""
    if captures > 1:
        alternatives = tuple(case + _whole([branch], shortest) for branch in branches)
    else:
        alternatives = (case + _whole(branches, shortest),)
    return Expression(alternatives, captures > 0, remarks)


def _remarks_on(text: str) -> list[str]:
    """Mistakes that show in the expression itself."""
    found = []
    letters = re.findall(r"\\([dwsSDWbB])", text)
    if letters:
        found.append(f"\\{letters[0]} is the letter {letters[0]} to procmail")
    if re.search(r"[*+]\?", re.sub(r"\\.", "", text)):
        found.append("the ? behind * or + is the character ? to procmail")
    if re.search(r"\{\d", text):
        found.append("{…} is no count but characters to procmail")
    if "[[:" in text:
        found.append("[[:…:]] is an ordinary class of these characters to procmail")
    if re.search(r"[a-z0-9]\.(com|org|net|de|edu|uk|jp|fr)\b", text):
        found.append("an unescaped dot is any character")
    return found


def _splits(branch: list[Node]) -> int:
    """How many `\\/` a branch holds."""
    count = 0
    for kind, value in branch:
        if kind == "split":
            count += 1
        elif kind == "group":
            count += sum(map(_splits, value))  # type: ignore[call-overload]
        elif kind == "repeat":
            count += _splits([value[0]])  # type: ignore[index]
    return count


def _whole(branches: list[list[Node]], shortest: bool) -> str:
    if len(branches) == 1:
        return _branch(branches[0], True, True, shortest)
    lone = [_branch(branch, True, True, shortest) for branch in branches]
    return "|".join(lone)


def _branch(nodes: list[Node], head: bool, tail: bool, shortest: bool = False) -> str:
    """One branch; `head` and `tail` where nothing of the expression stands before or behind."""
    at = next((i for i, node in enumerate(nodes) if _splits([node])), None)
    if at is None:
        return _sequence(nodes, head, tail, shortest)
    before = _sequence(nodes[:at], head, False, True)
    kind, value = nodes[at]
    if kind == "split":
        behind = nodes[at + 1 :]
        if any(_splits([node]) for node in behind):
            raise NotTranslatable("two \\/ in one expression")
        return f"{before}(?P<{MATCH}>{_sequence(behind, False, tail, False)})"
    if kind == "repeat":
        raise NotTranslatable("\\/ inside of what is repeated")
    inner = value
    assert isinstance(inner, list)
    if len(inner) > 1:
        raise NotTranslatable("\\/ inside of alternatives in the middle of an expression")
    return before + _branch(inner[0] + nodes[at + 1 :], head and not before, tail)


def _sequence(nodes: list[Node], head: bool, tail: bool, lazy: bool) -> str:
    found = ""
    for number, node in enumerate(nodes):
        first = head and number == 0
        last = tail and number == len(nodes) - 1
        found += _one(node, first, last, lazy)
    return found


def _one(node: Node, head: bool, tail: bool, lazy: bool) -> str:
    kind, value = node
    if kind == "char":
        return _char(str(value))
    if kind == "any":
        return "."
    if kind == "class":
        return str(value)
    if kind == "newline":
        return _newline(head, tail)
    if kind == "edge":
        return "\\A" if head else "\\z" if tail else "\\A"
    if kind == "word":
        return "(?:\\W|\\A|\\z)" if not (head and tail) else "\\W"
    if kind == "value":
        return "{" + str(value)[1:] + "}"
    if kind == "group":
        return _group(value, head, tail, lazy)  # type: ignore[arg-type]
    return _repeated(value, lazy)


def _newline(head: bool, tail: bool) -> str:
    if head:
        return "^"
    return "$" if tail else "(?:\\n|\\A|\\z)"


def _group(branches: list[list[Node]], head: bool, tail: bool, lazy: bool) -> str:
    inner = [_sequence(branch, head, tail, lazy) for branch in branches]
    if inner == [""]:
        return ""
    if len(inner) == 1 and len(branches[0]) == 1:
        return inner[0]
    return "(" + "|".join(inner) + ")"


def _repeated(value: object, lazy: bool) -> str:
    atom, sign = cast("tuple[Node, str]", value)
    kind = atom[0]
    text = _one(atom, False, False, lazy)
    if not text:
        return ""
    single = kind in ("any", "class") or (kind == "char" and not text.startswith("("))
    if kind == "group" or not single:
        single = text.startswith("(") and _is_one_group(text)
    return (text if single else f"(?:{text})") + sign + ("?" if lazy else "")


def _is_one_group(text: str) -> bool:
    depth, at, in_class = 0, 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0 and at < len(text) - 1:
                return False
        at += 1
    return True


def _char(char: str) -> str:
    if char in _SPECIAL:
        return "\\" + char
    if ord(char) > 126:
        return f"(?-i:{byte(char)})"
    return byte(char)


__all__ = ["MARKS", "MATCH", "Expression", "NotTranslatable", "marked", "squeezed", "translate"]
