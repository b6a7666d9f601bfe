"""naming: what rules made of a Sieve script are called, and how their source is shown."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.marks import as_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.tree import Command

LONGEST = 60
_EDITORS = re.compile(r"^rule:\[(.*)\]$|^Rule:\s*(.*)$", re.I)


def name_of(command: Command, around: list[Command], then: dict[str, Any]) -> str:
    """A name that fits into one line of a log: a comment's, or what the rule does."""
    for one in (command, *reversed(around)):
        title = _title(one.comments)
        if title:
            return title
    return _of_action(then) or f"line {command.line}"


def _title(comments: tuple[str, ...]) -> str:
    """The last comment that reads like a name; mail programs write `rule:[Name]`."""
    for comment in reversed(comments):
        found = _EDITORS.match(comment)
        text = (found[1] or found[2] or "") if found else comment
        text = "".join(char for char in text if char.isprintable()).strip(" .#-=*")
        if len(text) > 2 and any(map(str.isalpha, text)) and not text.endswith((";", "{", "}")):
            return text[:LONGEST].strip()
    return ""


def _of_action(then: dict[str, Any]) -> str:
    for key in ("file", "copy"):
        if key in then:
            text = str(getattr(then[key], "name", then[key]))
            bare = re.sub(r"[./]?\{[\w|]+\}", "", as_template(text))
            return "".join(char for char in bare if char.isprintable())[:LONGEST].strip(" ./")
    if "forward" in then:
        return f"forward to {then['forward']}"[:LONGEST]
    return ""


def shown(command: Command, around: list[Command]) -> str:
    """The command with the test that leads to it."""
    head = around[-1].head.strip() if around else ""
    source = " ".join(command.source.split())
    return f"{' '.join(head.split())} {{ {source} }}" if head else source
