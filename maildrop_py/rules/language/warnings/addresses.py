"""addresses: entries of address tests and lists that no address can ever fit."""

from __future__ import annotations

import re

from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope

_NAMED = re.compile(r".*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$")
_EXPRESSION = re.compile(r"[\\^$()|\[\]{}]|\.\*|\.\+")


def doubt_about_entry(entry: str) -> tuple[str, str] | None:
    """What is odd about an address, domain or glob, and what would be right."""
    bare = entry.removeprefix("<").removesuffix(">")
    if bare == "":
        return None  # the null sender
    named = _NAMED.match(entry)
    if named is not None and named[1] != bare:
        return text("{entry!r} is not an address", entry=entry), text(
            "write {named} alone", named=named[1]
        )
    if _EXPRESSION.search(bare):
        plain = re.sub(r"[\\^$()]", "", bare)
        return (
            text("{entry!r} is taken for an address, not for a regular expression", entry=entry),
            text(
                "write {replace}; * and ? stand for any characters",
                replace=plain.replace(".*", "*"),
            ),
        )
    if any(char.isspace() or char in ",;:\"'" for char in bare) and not bare.startswith('"'):
        return text("{entry!r} is not an address", entry=entry), text("one address, domain or glob")
    return _doubt_about_domain(entry, bare)


def _doubt_about_domain(entry: str, bare: str) -> tuple[str, str] | None:
    local, at, domain = bare.rpartition("@")
    if bare == "*":
        return text("* fits every address"), text("say which addresses")
    if "@" in local and not local.startswith('"'):
        return text("{entry!r} has two @", entry=entry), text("one address")
    labels = (domain if at else bare.removeprefix(".")).split(".")
    if "" in labels and not (at and domain.startswith("*")):
        return text("{entry!r} has an empty part in its domain", entry=entry), text(
            "such as boss@example.com"
        )
    if not at and len(labels) == 1 and not set("*?") & set(bare) and not bare.startswith("."):
        return text("{entry!r} is neither an address nor a domain", entry=entry), text(
            "such as boss@example.com"
        )
    return None


def warn_of_lines(node: Node, scope: Scope) -> None:
    """Warnings about the lines of the list file that `node` names."""
    for number, line in scope.numbered_lines_of(node):
        doubt = doubt_about_entry(line)
        if doubt is not None:
            scope.warn_at(scope.path(node), number, *doubt)
