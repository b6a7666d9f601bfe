"""settings: those that cannot work, or that believe everybody."""

from __future__ import annotations

import os

from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope

WIDEST = {4: 8, 16: 16}
"""Prefix length of the largest networks that somebody may own, by bytes of an address."""


def warn_of_setting(name: str, node: Node, scope: Scope) -> None:
    """Warnings about the value of one setting."""
    if name == "maildir":
        _maildir(node, scope)
    elif name == "trust":
        _networks(node, scope)


def _maildir(node: Node, scope: Scope) -> None:
    written = node.text()
    other_home = written.startswith("~") and written[1:2] not in ("", "/")
    if "$" in written or "%" in written or other_home:
        scope.warn(
            node,
            "{written!r} is taken as it is written",
            "write ~/ for the home directory",
            written=written,
        )
        return
    path = written
    if path == "~" or path.startswith("~/"):
        path = scope.home + path[1:]
    path = os.path.normpath(os.path.join(scope.home, path))
    if path == os.path.normpath(scope.home):
        scope.warn(node, "{path} is your home directory", "such as ~/Maildir", path=path)
    elif why := _why_no_maildir(path):
        scope.warn(node, *why)


def _why_no_maildir(path: str) -> tuple[str, str] | tuple[()]:
    if os.path.lexists(path) and not os.path.isdir(path):
        kind = text("a file") if os.path.isfile(path) else text("not a directory")
        return text("{path} is {kind}, so it cannot be a Maildir", path=path, kind=kind), text(
            "name a directory"
        )
    existing = path
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if not os.path.isdir(existing):
        return text(
            "{existing} is not a directory, so {path} cannot be made", existing=existing, path=path
        ), text("name another place")
    if existing != path and not os.access(existing, os.W_OK | os.X_OK):
        return text(
            "{path} is not there, and you may not write to {existing}", path=path, existing=existing
        ), text("name another place")
    if existing == path and not os.access(path, os.W_OK | os.X_OK):
        return text("you may not write to {path}", path=path), text("let it belong to you")
    return ()


def _networks(node: Node, scope: Scope) -> None:
    from maildrop_py.evidence.networks import parse_network

    for key, value in node.pairs():
        if key.text() != "networks":
            continue
        for item in value.items() if value.kind == "list" else [value]:
            try:
                network = parse_network(item.text())
            except ValueError:
                continue
            if network.prefix < WIDEST[len(network.packed)]:
                wording = text("{item} believes a large part of the internet", item=item.text())
                scope.warn(item, wording, "name the networks of your own relays")
