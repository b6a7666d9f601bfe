"""copies: blocks with the flag `c`, in which a second procmail goes on with a copy."""

from __future__ import annotations

from maildrop_py.convert.procmail.tree import Block, Recipe


def why_no_copy(block: Block) -> str:
    """Why a block with `c` has no equal; "" if it has."""
    last = block.nodes[-1] if block.nodes else None
    for node in block.nodes:
        if isinstance(node, Recipe) and isinstance(node.action, Block):
            return "a block inside a block for a copy"
        if isinstance(node, Recipe) and "f" in node.flags:
            return "a filter inside a block for a copy"
    if not isinstance(last, Recipe) or last.conditions or "c" in last.flags:
        return "procmail goes on twice behind this block, once for the copy"
    return ""
