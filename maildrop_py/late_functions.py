"""late_functions: leaves out of a module's code what a usual delivery does not call.

In place of such a `def` stands a Late (start.py), which is made in a tenth of the time; the
statement itself is compiled apart. Guarantee: a function does the same, and its traceback
names the same file and lines, whenever it is read.
"""

from __future__ import annotations

import ast
from marshal import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType
    from typing import Any

PLAIN = {"property", "classmethod", "staticmethod"}
"""Decorators that are the same outside of the class."""


class LateMaker:
    """Makes functions of the module `name` late, but for those that were `called`.

    `called` has file and first line of each. Their codes are added to `codes`.
    """

    def __init__(self, name: str, called: set[tuple[str, int]], codes: bytearray) -> None:
        self._name, self._called, self._codes = name, called, codes

    def __call__(
        self, path: str, body: list[ast.stmt], compiled: Callable[[list[ast.stmt]], CodeType]
    ) -> None:
        """Look at the statements of a module, and at those of its classes.

        A function that is used as a value while the module is loaded stays as it is.
        """
        used = {name for node in body for name in _used_in_loading(node)}
        for at, node in enumerate(body):
            if isinstance(node, ast.ClassDef):
                self(path, node.body, compiled)
            elif _can_be_late(node, used) and (path, _first_line(node)) not in self._called:
                body[at] = self._late(node, dumps(compiled([node])))

    def _late(self, node: Any, code: bytes) -> ast.stmt:
        """`name = Late((module, name, line, place))`."""
        about: Any = self._name, node.name, node.lineno, len(self._codes)
        self._codes += code
        value = ast.Call(ast.Name("Late", ast.Load()), [ast.Constant(about)], [])
        statement = ast.Assign([ast.Name(node.name, ast.Store())], value)
        return ast.fix_missing_locations(ast.copy_location(statement, node))


def _first_line(node: Any) -> int:
    return int(min([node.lineno, *(it.lineno for it in node.decorator_list)]))


def _used_in_loading(node: ast.AST) -> Iterator[str]:
    """All names in `node` but those in the bodies of functions."""
    if isinstance(node, ast.Name | ast.Attribute):
        yield node.id if isinstance(node, ast.Name) else node.attr
    for part in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.FunctionDef) and part in node.body):
            yield from _used_in_loading(part)


def _can_be_late(node: ast.stmt, used: set[str]) -> bool:
    """Whether a `def` means the same outside of its class, and later."""
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("__") or node.name in used:
        return False
    if {getattr(it, "id", "") for it in node.decorator_list} - PLAIN:
        return False
    defaults = [it for it in (*node.args.defaults, *node.args.kw_defaults) if it is not None]
    names = {getattr(it, "id", getattr(it, "attr", "")) for it in ast.walk(node)}
    return all(isinstance(it, ast.Constant) for it in defaults) and not any(map(_is_bound, names))


def _is_bound(name: str) -> bool:
    """Whether a name means something of the class around it."""
    return name in ("super", "__class__") or (name.startswith("__") and not name.endswith("__"))
