"""expression_parser: a procmail expression into branches of (kind, value).

Kinds: char, any, class (in RE2's words), newline, edge, word, group (branches), repeat
(atom and sign), split (`\\\\/`) and value (the mark of a variable).
"""

from __future__ import annotations

from maildrop_py.convert.marks import MARKS
from maildrop_py.convert.not_translatable import NotTranslatable

__all__ = ["MARKS", "Node", "NotTranslatable", "Parser", "byte"]

Node = tuple[str, object]


class Parser:
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
    return byte(char)


def byte(char: str) -> str:
    """A character outside printable ASCII as its code."""
    if char == "\t":
        return "\\t"
    if char == "\n":
        return "\\n"
    return char if " " <= char <= "~" else f"\\x{ord(char):02x}"
