"""includes: which files an `include` means."""

from __future__ import annotations

import os

from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.library import BUILTIN, builtin_names, builtin_path
from maildrop_py.rules.language.scope import Scope, reason

WILDCARDS = frozenset("*?[")


def included_paths(node: Node, scope: Scope) -> tuple[list[str], bool]:
    """The paths, and whether they are named one by one; raises Mistake.

    `builtin:NAME` is a file that ships; other paths are relative to the file
    that includes them. Wildcards may be in the last part, and mean all files
    that are not included already, sorted by name.
    """
    written = node.text()
    if written.startswith(BUILTIN):
        return [_builtin(node, written.removeprefix(BUILTIN), scope)], True
    folder, name = os.path.split(written)
    if WILDCARDS & set(folder):
        raise node.mistake("wildcards may only be in the file's name")
    path = scope.path(node)
    if not WILDCARDS & set(name):
        return [path], True
    try:
        return scope.sources.matching(path), False
    except OSError as error:
        raise node.mistake(
            "{dirname} cannot be read: {reason}",
            dirname=os.path.dirname(path),
            reason=reason(error),
        ) from None


def _builtin(node: Node, name: str, scope: Scope) -> str:
    folder = scope.vocabulary.library
    names = builtin_names(folder)
    if name not in names:
        raise node.mistake("no rule file called {name!r} ships", suggestion(name, names), name=name)
    return builtin_path(folder + name)
