"""edits: what `formail -A -a -I -i -R` in a filter does to the header, as actions.

formail puts new fields at the end of the header; `-i` keeps the old one under
the name `Old-…`, `-I` takes it away, `-a` adds only where there is none.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.procmail.environment import as_template

_FIELD = re.compile(r"([!-9;-~]+?)[ \t]*:?[ \t]*$|([!-9;-~]+?)[ \t]*:[ \t]*(.*)$", re.S)


def edits(options: list[tuple[str, str]]) -> dict[str, Any] | None:
    """The actions; None for what rules do not do (the mbox `From ` line, odd names)."""
    removed: list[str] = []
    renamed: dict[str, str] = {}
    added: dict[str, Any] = {}
    for letter, value in options:
        if letter == "R":
            old, _, new = value.partition("\n")
            renamed[old] = new
            continue
        name, text = _field(value)
        if not name or (name in added and letter in "Aa"):
            return None
        if letter == "I" and name not in removed:
            removed.append(name)
        if letter == "i" and text:
            renamed[name] = f"Old-{name}"
        if text:
            added[name] = {"text": text, "if_absent": True} if letter == "a" else text
    found: dict[str, Any] = {}
    if removed:
        found["remove_header"] = removed if len(removed) > 1 else removed[0]
    if renamed:
        found["rename_header"] = renamed
    if added:
        found["add_header"] = added
    return found or None


def _field(value: str) -> tuple[str, str]:
    name, colon, text = value.partition(":")
    if not re.fullmatch(r"[!-9;-~]+", name.strip()) or name.lower().startswith("from "):
        return "", ""
    return name.strip(), as_template(text.strip()) if colon else ""


def names_edited(actions: dict[str, Any]) -> set[str]:
    """Lower-case names of the fields that these actions change."""
    removed = actions.get("remove_header", [])
    renamed = actions.get("rename_header", {})
    names = [removed] if isinstance(removed, str) else list(removed)
    return {
        each.lower()
        for each in (*names, *renamed, *renamed.values(), *actions.get("add_header", {}))
    }
