"""edits: addheader and deleteheader (RFC 5293) as header edits of rules."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.marks import as_template
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.arguments import Arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command

PROTECTED = frozenset(["received", "auto-submitted"])
"""Fields that deleteheader leaves alone (RFC 5293 6)."""


def addheader(flow: Flow, command: Command) -> dict[str, Any]:
    """On top, or at the end with `:last`."""
    arguments = Arguments(command)
    arguments.only("last")
    name = flow.variables.constant(arguments.texts(0)[0], flow.state)
    _check(name)
    values = flow.variables.expand(arguments.texts(1)[0], flow.state)
    if len(values) > 1:
        raise NotTranslatable("the text of the header depends on a branch above")
    text: Any = as_template(values[0][1])
    if "last" in arguments.tags:
        text = {"text": text, "at": "end"}
    return {"add_header": {name: text}}


def deleteheader(flow: Flow, command: Command) -> dict[str, Any]:
    """Every field of this name; of single ones there is no equal."""
    arguments = Arguments(command)
    if len(arguments.others) > 1 or set(arguments.tags) - {"is", "comparator"}:
        raise NotTranslatable("some fields of one name are deleted and others not")
    name = flow.variables.constant(arguments.texts(0)[0], flow.state)
    _check(name)
    if name.lower() in PROTECTED:
        raise NotTranslatable(f"{name} is never deleted")
    return {"remove_header": name}


def _check(name: str) -> None:
    if not re.fullmatch(r"[!-9;-~]+", name):
        raise NotTranslatable(f"{name!r} cannot be a header's name")
