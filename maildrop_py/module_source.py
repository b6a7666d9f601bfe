"""module_source: a module of ours as the bundle has it: its imports, and short code.

Left out of the code is what nobody reads in a delivery: docstrings, all that is for type
checkers, and the columns of what a traceback names; files and lines stay. Imports at the
top become links, which start.py makes; a record is made by one step instead of two.

Guarantee: what the code does is otherwise what the source says.
"""

from __future__ import annotations

import ast
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from maildrop_py.late_functions import LateMaker
    from maildrop_py.start import Links

LATE = ("maildrop_py.start", (("Late", "Late"),))

ANNOTATIONS = annotations.compiler_flag
"""Every module begins with `from __future__ import annotations`, which loads one more module."""


class ModuleSource:
    """The source of a module that this process has loaded from `path`."""

    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "rb") as file:
            self._tree = ast.parse(file.read())
        node: Any
        for node in ast.walk(self._tree):
            _shorten(node)

    def linked(self, make_late: LateMaker | None = None) -> tuple[Links, CodeType]:
        """What is imported by name at the top, and the code of all the rest."""
        links = [node for node in self._tree.body if _can_be_linked(node)]
        rest = [node for node in self._tree.body if node not in links]
        linked = [_link(node) for node in links if isinstance(node, ast.ImportFrom)]
        if make_late is not None:
            make_late(self.path, rest, self._compiled)
            linked.append(LATE)
        return tuple(linked), self._compiled(rest)

    def function(self, name: str, line: int) -> CodeType:
        """The code of the `def` in this line alone. Raises ValueError where there is none."""
        found = [it for it in ast.walk(self._tree) if getattr(it, "name", "") == name]
        [node] = [it for it in found if isinstance(it, ast.FunctionDef) and it.lineno == line]
        return self._compiled([node])

    def _compiled(self, body: list[ast.stmt]) -> CodeType:
        tree = ast.Module(body, type_ignores=[])
        code: CodeType = compile(tree, self.path, "exec", flags=ANNOTATIONS, dont_inherit=True)
        return code


def _can_be_linked(node: ast.stmt) -> bool:
    """Whether this is an import of names that the other module simply has; no modules."""
    if not isinstance(node, ast.ImportFrom) or node.module not in sys.modules:
        return False
    there = vars(sys.modules[node.module])
    return all(not isinstance(there.get(it.name, sys), type(sys)) for it in node.names)


def _link(node: ast.ImportFrom) -> tuple[str, tuple[tuple[str, str], ...]]:
    pairs = [(sys.intern(it.name), sys.intern(it.asname or it.name)) for it in node.names]
    return str(node.module), tuple(pairs)


def _shorten(node: Any) -> None:
    if isinstance(getattr(node, "body", None), list):
        node.body = _read_by_python(node.body) or [ast.Pass(lineno=1, col_offset=0)]
    if hasattr(node, "col_offset"):
        node.col_offset = node.end_col_offset = -1
    if isinstance(node, ast.arg):
        node.annotation = None
    elif isinstance(node, ast.FunctionDef):
        node.returns = None
    elif isinstance(node, ast.ClassDef):
        _make_at_once(node)


def _read_by_python(body: list[Any]) -> list[Any]:
    """The statements of `body` but for docstrings and what is only for type checkers."""
    kept = []
    for each in body:
        test = getattr(each, "test", None)
        if isinstance(each, ast.If) and getattr(test, "id", "") == "TYPE_CHECKING":
            kept += each.orelse
        elif not _is_text(each) and getattr(each, "module", "") != "__future__":
            kept.append(each)
    return kept


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, or one below a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _make_at_once(record: ast.ClassDef) -> None:
    """Let a record be made by one step (record.py); no other class is changed."""
    for decorator in record.decorator_list:
        if isinstance(decorator, ast.Name) and decorator.id == "record":
            at_once = ast.Attribute(decorator, "at_once", ast.Load())
            record.keywords = [ast.keyword("metaclass", at_once)]
            ast.fix_missing_locations(record)
            record.decorator_list.remove(decorator)
            return
