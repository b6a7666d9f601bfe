"""yaml_tree: from the text of a rules file to its YAML nodes, each with its place.

Guarantee: whatever the text is, either nodes or one Mistake that says where it
is not YAML. Never a crash: PyYAML's C parser composes nodes by recursion and
would exhaust the stack, so the depth is looked at beforehand, event by event.

Known limits: tags (`!foo`) are refused, and so are aliases that contain
themselves or unfold to far more than is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.reader import Reader

from maildrop_py.rule_error import Problem
from maildrop_py.rules.language.document import Mistake, Node
from maildrop_py.rules.language.limits import VALUES, Limits, TooMuch
from maildrop_py.translation import text as translated

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 60
"""How deep mappings and lists may nest."""

MOST_UNFOLDED = 100_000
"""Values that aliases (`*name`) may add to those that are written."""


def parse(text: str, file: str, limits: Limits | None = None) -> Node | None:
    """The top node of a YAML text, None where it is empty; raises Mistake.

    `limits` are those of all files together; without them this text has its own.
    """
    limits = Limits() if limits is None else limits
    _check_characters(text, file)
    try:
        limits.take(VALUES, _checked_size(text, file, limits.left(VALUES)))
        node = yaml.compose(text, Loader=Loader)
        if node is None:
            return None
        limits.take(VALUES, _unfolded(node, file))
    except TooMuch as error:
        raise Mistake(Problem(file, 1, 1, str(error))) from None
    except yaml.YAMLError as error:
        raise Mistake(_yaml_problem(error, text, file)) from None
    return Node(node, file)


def _unfolded(node: yaml.Node, file: str) -> int:
    """How many values aliases add to those that are written; raises Mistake."""
    written: dict[int, int] = {}
    more = _count(node, file, written, 0) - len(written)
    if more > MOST_UNFOLDED:
        raise Node(node, file).mistake("aliases unfold to too many values")
    return more


def _check_characters(text: str, file: str) -> None:
    found = Reader.NON_PRINTABLE.search(text)
    if found is not None:
        before = text[: found.start()]
        at = before.count("\n") + 1, found.start() - before.rfind("\n")
        wording = translated(
            "the character U+{ord:04X} cannot be in a rules file", ord=ord(found[0])
        )
        raise Mistake(Problem(file, *at, wording))


def _checked_size(text: str, file: str, most: int) -> int:
    """How many values are written, counted no further than just over `most`; raises Mistake."""
    depth = size = 0
    for event in yaml.parse(text, Loader=Loader):
        size += isinstance(event, yaml.NodeEvent)
        if size > most:
            break
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark: Any = event.start_mark
                wording = translated("nested deeper than {most} levels", most=DEEPEST)
                raise Mistake(Problem(file, mark.line + 1, mark.column + 1, wording))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return size


def _count(node: yaml.Node, file: str, known: dict[int, int], depth: int) -> int:
    """How many values `node` unfolds to; raises Mistake for what cannot be read."""
    found = known.get(id(node))
    if found is not None:
        return found
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise Node(node, file).mistake(
            "the tag {tag} is not used here", "leave it out", tag=node.tag
        )
    if depth > DEEPEST:
        raise Node(node, file).mistake("this value contains itself")
    size = 1 + sum(_count(child, file, known, depth + 1) for child in _children(node))
    known[id(node)] = size
    return size


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


def _yaml_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    wording = getattr(error, "problem", None) or " ".join(str(error).split())
    if mark is None:
        return Problem(file, 1, 1, translated("not YAML: {wording}", wording=wording))
    lines = text.splitlines()
    written = lines[mark.line] if mark.line < len(lines) else ""
    return Problem(
        file,
        mark.line + 1,
        mark.column + 1,
        translated("not YAML: {wording}", wording=wording),
        _hint(written),
    )


def _hint(line: str) -> str:
    """What is most often meant by a line that is not YAML."""
    value = line.strip().removeprefix("- ").partition(": ")[2] or line.strip().removeprefix("- ")
    if line.lstrip(" ").startswith("\t"):
        return translated("YAML is indented with blanks, not tabs")
    if value[:1] in set("*&!%@`[{|>") or ": " in value:
        return translated("put the text into single quotes")
    if '"' in line and "\\" in line:
        return translated("a backslash wants single quotes: '\\.'")
    return ""
