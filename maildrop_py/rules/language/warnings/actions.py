"""actions: what is odd about the value of an action, by the action's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maildrop_py.rules.language.flag_names import LETTERS
from maildrop_py.rules.language.warnings.programs import reason_against, warn_of_program
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


def warn_of_action(name: str, node: Node, scope: Scope) -> None:
    """Warnings about one action that was read without a mistake."""
    if name in ("pipe", "filter"):
        warn_of_program(node, scope)
    elif name == "set":
        _set(node, scope)
    elif name in ("file", "copy"):
        _folder(node, scope)
    elif name == "flags":
        _flags(node, scope)
    elif name == "forward":
        _forward(node, scope)


def _set(node: Node, scope: Scope) -> None:
    """Programs of which the output is a value."""
    for _, value in node.pairs():
        for key, program in value.pairs() if value.kind == "mapping" else []:
            if key.text() == "output":
                warn_of_program(program, scope)


def _folder(node: Node, scope: Scope) -> None:
    written = node.text()
    first, slash, rest = written.partition("/")
    if slash and first.upper() == "INBOX":
        wording = text("{written!r} is a folder below INBOX on disk", written=written)
        scope.warn(
            node, wording, text("where clients show INBOX.{rest}, it is called {rest}", rest=rest)
        )
    other = scope.folders.setdefault(written.casefold(), (written, node.line))
    if other[0] != written:
        wording = text("{written!r} and {other!r} are two folders", written=written, other=other[0])
        scope.warn(
            node, wording, text("the other is in line {other}; write both alike", other=other[1])
        )


def _flags(node: Node, scope: Scope) -> None:
    lists = [value for _, value in node.pairs()] if node.kind == "mapping" else [node]
    for item in [item for each in lists for item in _items(each)]:
        name = item.text().removeprefix("$").lower()
        if item.text().startswith("$") and name in LETTERS:
            wording = text(
                "{item} is a keyword of its own, not the flag `{name}`", item=item.text(), name=name
            )
            scope.warn(item, wording, text("write {name}", name=name))


def _items(node: Node) -> list[Node]:
    return node.items() if node.kind == "list" else [node]


def _forward(node: Node, scope: Scope) -> None:
    address = node.text().lower()
    if address in scope.settings.me:
        scope.warn(
            node,
            "{address} is one of `me`: mail would come back",
            "name another address",
            address=address,
        )
    why = reason_against(scope.settings.sendmail)
    if why:
        scope.warn(node, "`forward` calls sendmail: {why}", "set `sendmail` at the top", why=why[0])
