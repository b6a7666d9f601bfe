"""header_name: checks that a text can be a header's name (RFC 5322 3.6.8)."""

from __future__ import annotations

from maildrop_py.rules.language.document import Node


def header_name(node: Node) -> str:
    """The name; raises Mistake for anything that would not be one header's name."""
    name = node.text()
    if not name or any(not "!" <= char <= "~" or char == ":" for char in name):
        raise node.mistake("{name!r} cannot be a header's name", "such as X-Spam-Status", name=name)
    return name
