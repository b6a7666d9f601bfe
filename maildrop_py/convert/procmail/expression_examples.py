"""expression_examples: a text that an expression matches, for messages made from it."""

from __future__ import annotations

import re
from typing import cast

from maildrop_py.convert.procmail.expression_parser import MARKS, Node, NotTranslatable, Parser
from maildrop_py.convert.procmail.macros import with_macros


def example(text: str) -> str:
    """A text that the expression should match."""
    if MARKS[0] in text:
        text = re.sub(f"{MARKS[0]}[^{MARKS[1]}]*{MARKS[1]}", "x", text)
    try:
        return _example_of(Parser(with_macros(text)).whole())
    except (NotTranslatable, RecursionError):
        return "x"


def _example_of(branches: list[list[Node]]) -> str:
    longest = max(branches, key=len)
    return "".join(_example(node) for node in longest)


def _example(node: Node) -> str:
    kind, value = node
    if kind in ("char", "any"):
        return str(value) if kind == "char" else "x"
    if kind == "class":
        return _one_of(str(value))
    if kind == "newline":
        return "\n"
    if kind == "word":
        return " "
    if kind == "group":
        return _example_of(cast("list[list[Node]]", value))
    if kind == "repeat":
        atom, sign = cast("tuple[Node, str]", value)
        return "" if sign in "*?" and atom[0] != "group" else _example(atom)
    return ""


def _one_of(shown: str) -> str:
    """A character that the class takes."""
    pattern = re.compile(shown)
    wanted = "xa0 -_@.:1bc/<>[]\t\"'()"
    return next((char for char in wanted if pattern.fullmatch(char)), "x")
