"""naming: what rules are called, and how statements are shown in comments."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.procmail.environment import as_template
from maildrop_py.convert.procmail.legible import legible
from maildrop_py.convert.procmail.tree import Block, Recipe


def shown(node: Any) -> str:
    if node.source:
        return "\n".join(map(legible, str(node.source).split("\n")))
    if isinstance(node, Recipe):
        lines = [f":0 {node.flags}".rstrip(), *(f"* {line.text}" for line in node.conditions)]
        return "\n".join([*map(legible, lines), "{ … }" if isinstance(node.action, Block) else ""])
    return str(getattr(node, "name", ""))


def name_of(recipe: Recipe, then: dict[str, Any]) -> str:
    """A name that fits into one line of a log, without what differs from message to message."""
    template = re.sub(r"[./]?\{\w+\}", "", as_template(_wanted_name(recipe, then)))
    name = "".join(char for char in template if char.isprintable())
    return name.strip(" .")[:60] or f"line {recipe.line}"


def _wanted_name(recipe: Recipe, then: dict[str, Any]) -> str:
    comments = map(legible, reversed(recipe.comments))
    comment = next((line for line in comments if _is_title(line)), "")
    if comment:
        return comment[:60].strip()
    for key in ("file", "copy"):
        if key in then:
            path = legible(str(getattr(then[key], "text", then[key])))
            return path.rstrip("/").rpartition("/")[2] or key
    if "forward" in then:
        return f"forward to {then['forward']}"
    return f"line {recipe.line}"


def _is_title(line: str) -> bool:
    """Whether a comment reads like the name of what stands below."""
    odd = "$" in line or "|" in line or line.endswith("/") or line.startswith((":0", "* "))
    return not odd and len(line) > 2 and any(char.isalpha() for char in line)
