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

from maildrop_py.record import record

MATCH = "match"
"""The group that is MATCH."""

_TO_HEADERS = r"(^((Original-)?(Resent-)?(To|Cc|Bcc)|(X-Envelope|Apparently(-Resent)?)-To)"
_FROM_HEADERS = r"(((Resent-)?(From|Sender)|X-Envelope-From):|>?From )([^>]*[^(.%@a-z0-9])?"
_FROM_END = r"(([^).!:a-z0-9][-_a-z0-9]*)?[%@>\t ][^<)]*(\(.*\).*)?)?$([^>]|$)"
_DAEMONS = (
    r"(Post(ma?(st(e?r)?|n)|office)|(send)?Mail(er)?|daemon|m(mdf|ajordomo)|n?uucp|LIST(SERV|proc)"
    r"|NETSERV|o(wner|ps)|r(e(quest|sponse)|oot)|b(ounce|bs\.smtp)|echo|mirror"
    r"|s(erv(ices?|er)|mtp(error)?|ystem)|A(dmin(istrator)?|MMGR|utoanswer))"
)
_MAILERS = (
    r"(Post(ma(st(er)?|n)|office)|(send)?Mail(er)?|daemon|mmdf|n?uucp|ops|r(esponse|oot)"
    r"|(bbs\.)?smtp(error)?|s(erv(ices?|er)|ystem)|A(dmin(istrator)?|MMGR))"
)
MACROS = {
    "^FROM_DAEMON": "(^(Mailing-List:|Precedence:.*(junk|bulk|list)|To: Multiple recipients of |"
    f"{_FROM_HEADERS}{_DAEMONS}{_FROM_END}))",
    "^TO_": f"{_TO_HEADERS}:(.*[^-a-zA-Z0-9_.])?)",
    "^TO": f"{_TO_HEADERS}:(.*[^a-zA-Z])?)",
    "^FROM_MAILER": f"(^{_FROM_HEADERS}{_MAILERS}{_FROM_END})",
}
MARKS = ("\ue000", "\ue001")
_SPECIAL = set("\\.+*?()|[]{}^$")


class NotTranslatable(ValueError):
    """An expression that has no equal; says why."""


@record
class Expression:
    """`alternatives` in RE2, of which one must match; `captures` where MATCH is set.

    `told` are mistakes of the original that its owner may not know of.
    """

    alternatives: tuple[str, ...]
    captures: bool = False
    told: tuple[str, ...] = ()


def marked(name: str, literal: bool) -> str:
    """The mark of a variable whose value is known when mail comes."""
    return MARKS[0] + ("=" if literal else "~") + name + MARKS[1]


def squeezed(text: str) -> str:
    """`text` without the joins of lines and the blanks at the start of those joined."""
    return re.sub(r"\n[ \t]+", "\n", text.replace("\\\n", "\n")).replace("\n", "")


def with_macros(text: str) -> str:
    """`text` with procmail's own names put in, where no backslash stands before them."""
    for name, expression in MACROS.items():
        text = re.sub(rf"(?<!\\){re.escape(name)}", lambda _, put=expression: put, text)  # type: ignore[misc]
    return text


def translate(text: str, minds_case: bool = False, shortest: bool = False) -> Expression:
    """The expression `text`; raises NotTranslatable.

    With `shortest` a match ends as early as it can, as where procmail counts matches.
    """
    has_daemon = re.search(r"(?<!\\)\^FROM_DAEMON", text) is not None
    told = tuple(_told(text))
    branches = _Parser(with_macros(text)).whole()
    captures = sum(map(_splits, branches))
    case = "(?-i)" if minds_case and not has_daemon else ""
    if captures > 1:
        alternatives = tuple(case + _whole([branch], shortest) for branch in branches)
    else:
        alternatives = (case + _whole(branches, shortest),)
    return Expression(alternatives, captures > 0, told)


def _told(text: str) -> list[str]:
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


Node = tuple[str, object]


class _Parser:
    """Reads the expression into branches, each a list of (kind, value) with quantifiers."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> list[list[Node]]:
        return self._branches()  # behind an unmatched `)` procmail reads no further

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _branches(self) -> list[list[Node]]:
        branches: list[list[Node]] = [[]]
        while self._peek() not in ("", ")"):
            if self._peek() == "|":
                self._at += 1
                branches.append([])
            else:
                branches[-1].append(self._quantified())
        return branches

    def _quantified(self) -> Node:
        atom = self._atom()
        if self._peek() in ("*", "+", "?") and atom[0] != "split":
            self._at += 1
            return ("repeat", (atom, self._text[self._at - 1]))
        return atom

    def _atom(self) -> Node:
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            inner = self._branches()
            self._at += 1
            return ("group", inner)
        if char == "[":
            return ("class", self._class())
        if char == ".":
            return ("any", None)
        if char == "^" and self._peek() == "^":
            self._at += 1
            return ("edge", None)
        if char in "^$":
            return ("newline", None)
        if char == MARKS[0]:
            end = self._text.index(MARKS[1], self._at)
            name, self._at = self._text[self._at : end], end + 1
            return ("value", name)
        if char == "\\":
            return self._escaped()
        return ("char", char)

    def _escaped(self) -> Node:
        char = self._peek()
        if char == "":
            return ("char", "\\")
        self._at += 1
        if char == "/":
            return ("split", None)
        return ("word", None) if char in "<>" else ("char", char)

    def _class(self) -> str:
        """The class in RE2's words."""
        negated = self._peek() == "^"
        self._at += negated
        items: list[tuple[str, str]] = []
        first = True
        while (char := self._peek()) and (first or char != "]"):
            self._at += 1
            last = items[-1][1] if items else ""
            if char == "-" and not first and self._peek() not in ("]", ""):
                char = self._peek()
                self._at += 1
                items.append((chr(ord(last) + 1), char) if last < char else (char, char))
            else:
                items.append((char, char))
            first = False
            if MARKS[0] in char:
                raise NotTranslatable("a variable inside […]")
        self._at += 1
        body = "".join(_range(low, high) for low, high in _joined(items))
        if negated:
            return f"[^{body}\\n]"
        return f"[{body}]" if body else "[^\\x00-\\xff]"


def _joined(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A range behind the character it starts from is one with it."""
    found: list[tuple[str, str]] = []
    for low, high in items:
        if found and low != high and ord(found[-1][1]) + 1 == ord(low):
            found[-1] = (found[-1][0], high)
        elif found and low == high and found[-1][1] != found[-1][0] and found[-1][1] == low:
            continue
        else:
            found.append((low, high))
    return found


def _range(low: str, high: str) -> str:
    return _in_class(low) if low == high else f"{_in_class(low)}-{_in_class(high)}"


def _in_class(char: str) -> str:
    if char in "\\]^-[":
        return "\\" + char
    return _byte(char)


def _byte(char: str) -> str:
    """A character outside printable ASCII as its code."""
    if char == "\t":
        return "\\t"
    if char == "\n":
        return "\\n"
    return char if " " <= char <= "~" else f"\\x{ord(char):02x}"


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
        return f"(?-i:{_byte(char)})"
    return _byte(char)
