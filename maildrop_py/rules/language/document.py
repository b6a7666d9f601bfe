"""document: the values of a rules file, each with its place, for errors that say where.

`yaml_tree` makes the nodes; what they mean is asked of them here, kind by kind.
A wrong kind raises Mistake, which the reader collects so that all mistakes of
a file are reported at once. Anchors and merge keys (`<<`) work as YAML says.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from math import isfinite
from typing import NoReturn

import yaml

from maildrop_py.rule_error import Problem
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

MERGE = "tag:yaml.org,2002:merge"


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

    def mistake(self, text: str, hint: str = "", /, **values: object) -> Mistake:
        """The error to raise for this value; `values` are those that the text names."""
        told = translated(text, **values), translated(hint)
        return Mistake(Problem(self.file, self.line, self.column, *told))

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
        own: dict[str, tuple[Node, Node]] = {}
        merged: dict[str, tuple[Node, Node]] = {}
        for key, value in self._node.value:
            if key.tag == MERGE:
                merged = Node(value, self.file)._merged() | merged
                continue
            pair = Node(key, self.file), Node(value, self.file)
            name = pair[0].text()
            if name in own:
                first = translated("first in line {line}", line=own[name][0].line)
                raise pair[0].mistake("{name!r} is here twice", first, name=name)
            own[name] = pair
        return list({**merged, **own}.values()) if merged else list(own.values())

    def _merged(self) -> dict[str, tuple[Node, Node]]:
        """The pairs that `<<` brings in: of one mapping, or of several, the first first."""
        nodes = self.items() if self.kind == "list" else [self]
        return {key.text(): (key, value) for one in reversed(nodes) for key, value in one.pairs()}

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
            hint = suggestion(text, options)
            raise self.mistake(
                "unknown {what} {written!r}", hint, what=translated(what), written=text
            )
        return text

    def _wrong(self, expected: str) -> NoReturn:
        shown = f" {self._node.value!r}" if isinstance(self._node, yaml.ScalarNode) else ""
        raise self.mistake(
            "{expected} must be here, not {found}{shown}",
            expected=translated(expected),
            found=translated(_WORDS[self.kind]),
            shown=shown,
        )


_KINDS = {"int": "whole number", "float": "number", "bool": "boolean", "null": "nothing"}
_WORDS = {
    "mapping": marked("a mapping"),
    "list": marked("a list"),
    "text": marked("a text"),
    "whole number": marked("a whole number"),
    "number": marked("a number"),
    "boolean": marked("a boolean"),
    "nothing": marked("nothing"),
}


def suggestion(text: str, options: Iterable[str]) -> str:
    """«did you mean …?» where one option is close, else the list of all."""
    options = sorted(options)
    for spelling in (text.lower().replace("-", "_"), text.lower()):
        close = get_close_matches(spelling, options, n=1, cutoff=0.6)
        if close:
            return translated("did you mean `{name}`?", name=close[0])
    return translated("one of: {names}", names=", ".join(options))
