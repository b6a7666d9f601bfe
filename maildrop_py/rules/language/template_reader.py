"""template_reader: reads `Lists/{list|lower}` and checks it, when rules are compiled."""

from __future__ import annotations

from unicodedata import category

from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.language.text_tests import check_regex
from maildrop_py.rules.program.template import ALWAYS_KNOWN, RESERVED, Template
from maildrop_py.rules.program.template_filters import NAMES, BadFilter, end_of, expressions_in
from maildrop_py.translation import text as translated

Part = str | tuple[str, str]

LONGEST_LEVEL = 250
"""Bytes on disk, in either encoding, with some room below the 255 of most file systems."""


def parse_template(node: Node, scope: Scope) -> Template:
    """The template in a text; raises Mistake for names that nothing sets."""
    parts: list[Part] = []
    text = node.text()
    at = 0
    while at < len(text):
        part, at = _next(node, text, at)
        parts.append(part)
    for part in parts:
        if isinstance(part, tuple):
            _check(node, part, scope)
    return Template(_joined(parts))


def _next(node: Node, text: str, at: int) -> tuple[Part, int]:
    if text[at : at + 2] in ("{{", "}}"):
        return text[at], at + 2
    if text[at] == "}":
        raise node.mistake("a `}` without its `{`", "write }} for a brace")
    if text[at] != "{":
        return text[at], at + 1
    try:
        end = end_of(text, at + 1)
    except BadFilter as error:
        raise node.mistake(error.text, error.hint) from None
    name, _, how = text[at + 1 : end].partition("|")
    return (name.strip(), how.strip()), end + 1


def _check(node: Node, part: tuple[str, str], scope: Scope) -> None:
    name, how = part
    known = {*scope.variables, *scope.rule_groups, *ALWAYS_KNOWN}
    if name not in known:
        how_set = (
            translated("(?P<{name}>…) in `when` sets it", name=name)
            if name.isidentifier()
            else translated("{{ is a brace")
        )
        hint = translated(
            "{suggestion}; {how_set}", suggestion=suggestion(name, known), how_set=how_set
        )
        raise node.mistake("nothing sets {{{name}}}", hint, name=name)
    scope.use(name)
    try:
        for expression in expressions_in(how):
            check_regex(node, expression, scope)
    except BadFilter as error:
        raise node.mistake(error.text, error.hint or suggestion(how, NAMES)) from None


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def parse_folder(node: Node, scope: Scope) -> Template:
    """A folder's name; raises Mistake where its own text would leave the Maildir."""
    if node.text().startswith("\\"):
        from maildrop_py.rules.language.special_use import folder_for

        return Template((folder_for(node, scope),))
    template = parse_template(node, scope)
    written = "".join(part if isinstance(part, str) else "x" for part in template.parts)
    for level in written.split("/"):
        _check_level(node, level, scope)
    return template


def _check_level(node: Node, level: str, scope: Scope) -> None:
    if level == "":
        raise node.mistake("a folder's name has an empty level", "no / at the ends or doubled")
    if level.startswith((".", "~")):
        raise node.mistake(
            "the level {level!r} of a folder's name starts with {sign!r}",
            "name folders as an IMAP client shows them: Lists/python",
            level=level,
            sign=level[0],
        )
    if "." in level and scope.layout == "maildir++":
        hint = translated("write {right}, or set `layout: fs`", right=level.replace(".", "/"))
        raise node.mistake("in a Maildir++ a dot separates levels on disk", hint)
    if level in RESERVED and scope.layout == "fs":
        raise node.mistake(
            "in layout fs a folder cannot be called {level!r}", "a Maildir's own", level=level
        )
    if not all(char.isprintable() or category(char) == "Zs" for char in level):
        raise node.mistake("{level!r} has a character that cannot be seen", level=level)
    if max(len(level.encode("utf-7")), len(level.encode())) > LONGEST_LEVEL:
        raise node.mistake("this level of a folder's name is too long for a file system")
