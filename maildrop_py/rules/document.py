"""document: YAML with the place of everything in it, for errors that say where.

PyYAML composes the nodes; what they mean is asked of them here, kind by kind.
A wrong kind raises Mistake, which the reader collects so that all mistakes of
a file are reported at once. Limit: anchors and merge keys work as YAML says,
tags (`!foo`) are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from math import isfinite
from typing import Any, NoReturn

import yaml

from maildrop_py.errors import Problem

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 60
"""How deep mappings and lists may nest."""


class Mistake(Exception):
    """One mistake in a rules file; caught where its neighbours can go on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Node:
    """One value of a rules file."""

    def __init__(self, node: yaml.Node, file: str) -> None:
        self._node = node
        self.file = file
        self.line = node.start_mark.line + 1
        self.column = node.start_mark.column + 1

    def mistake(self, text: str, hint: str = "") -> Mistake:
        """The error to raise for this value."""
        return Mistake(Problem(self.file, self.line, self.column, text, hint))

    @property
    def kind(self) -> str:
        """One of mapping, list, text, whole number, number, boolean, nothing."""
        if isinstance(self._node, yaml.MappingNode):
            return "mapping"
        if isinstance(self._node, yaml.SequenceNode):
            return "list"
        return _KINDS.get(self._node.tag.rpartition(":")[2], "text")

    def pairs(self) -> list[tuple[Node, Node]]:
        """The keys and values of a mapping, in order; keys are unique texts."""
        if not isinstance(self._node, yaml.MappingNode):
            self._wrong("a mapping (`key: value`)")
        found = [(Node(key, self.file), Node(value, self.file)) for key, value in self._node.value]
        seen: dict[str, Node] = {}
        for key, _ in found:
            name = key.text()
            if name in seen:
                raise key.mistake(f"{name!r} stands here twice", f"first in line {seen[name].line}")
            seen[name] = key
        return found

    def items(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self._wrong("a list")
        return [Node(item, self.file) for item in self._node.value]

    def alternatives(self) -> list[Node]:
        """The items of a list, or the value alone as if in a list of one."""
        items = self.items() if self.kind == "list" else [self]
        if not items:
            raise self.mistake("this list is empty", "nothing could ever match it")
        return items

    def text(self) -> str:
        """A scalar as it was written; numbers and booleans are taken as text too."""
        if not isinstance(self._node, yaml.ScalarNode) or self.kind == "nothing":
            self._wrong("a text")
        return str(self._node.value)

    def texts(self) -> list[str]:
        """A text, or a list of texts."""
        return [item.text() for item in self.alternatives()]

    def boolean(self) -> bool:
        """A `true` or `false`."""
        if self.kind != "boolean":
            self._wrong("true or false")
        return self.text().lower() in ("true", "yes", "on")

    def number(self) -> float:
        """A finite number; whole numbers stay whole."""
        value = yaml.safe_load(self.text()) if self.kind in ("whole number", "number") else None
        if not isinstance(value, int | float) or not isfinite(value):
            self._wrong("a number")
        return value

    def choice(self, allowed: Iterable[str], what: str) -> str:
        """A text that is one of `allowed`, which are called `what` in the error."""
        text = self.text()
        options = list(allowed)
        if text not in options:
            raise self.mistake(f"unknown {what} {text!r}", suggestion(text, options))
        return text

    def _wrong(self, expected: str) -> NoReturn:
        shown = f" {self._node.value!r}" if isinstance(self._node, yaml.ScalarNode) else ""
        raise self.mistake(f"{expected} must stand here, not {_article(self.kind)}{shown}")


_KINDS = {"int": "whole number", "float": "number", "bool": "boolean", "null": "nothing"}


def _article(kind: str) -> str:
    return kind if kind == "nothing" else f"a {kind}"


DID_YOU_MEAN = "did you mean"


def suggestion(text: str, options: Iterable[str]) -> str:
    """«did you mean …?» where one option is close, else the list of all."""
    options = sorted(options)
    close = get_close_matches(text.lower().replace("-", "_"), options, n=1, cutoff=0.6)
    if close:
        return f"{DID_YOU_MEAN} `{close[0]}`?"
    return "one of: " + ", ".join(options)


def parse(text: str, file: str) -> Node | None:
    """The top node of a YAML text, None where it is empty; raises Mistake."""
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise Mistake(_yaml_problem(error, text, file)) from None
    if node is None:
        return None
    _check_shape(node, file)
    return Node(node, file)


def _check_shape(top: yaml.Node, file: str) -> None:
    """Refuses tags, and nesting so deep that reading it would exhaust the stack."""
    waiting: list[tuple[yaml.Node, int]] = [(top, 0)]
    seen: set[int] = set()
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise Node(node, file).mistake(f"nested deeper than {DEEPEST} levels")
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise Node(node, file).mistake(f"the tag {node.tag} is not used here", "leave it out")
        if id(node) in seen:
            continue
        seen.add(id(node))
        waiting += [(child, depth + 1) for child in _children(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


def _yaml_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or str(error)
    if mark is None:
        before = text[: getattr(error, "position", 0) or 0]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(file, line, column, f"not YAML: {said}")
    lines = text.splitlines()
    written = lines[mark.line] if mark.line < len(lines) else ""
    return Problem(file, mark.line + 1, mark.column + 1, f"not YAML: {said}", _yaml_hint(written))


def _yaml_hint(line: str) -> str:
    value = line.strip().removeprefix("- ").partition(": ")[2] or line.strip().removeprefix("- ")
    if value[:1] in set("*&!%@`[{|>") or ": " in value:
        return "put the text into single quotes"
    if "\t" in line:
        return "YAML is indented with blanks, not tabs"
    if '"' in line and "\\" in line:
        return "a backslash wants single quotes: '\\.'"
    return ""
