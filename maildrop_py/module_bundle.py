"""module_bundle: writes the modules that a delivery needs into one file (start.py reads it).

The first delivery writes the code of all modules that it loaded. The first that compiles no
rules says which of them are usual, and leaves the others out; later ones add what they needed
beyond that.

Guarantee: the file is synced before it gets its name, so that no failure of power leaves one
that is half written. Known limit: what is usual is not asked again until the program or
Python changes.
"""

from __future__ import annotations

import ast
import os
import sys
from marshal import dumps, loads

from maildrop_py.private_file import replace_file
from maildrop_py.start import COMPILER, KEY, PACKAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

    from maildrop_py.start import Bundle, Bundled

ANNOTATIONS = annotations.compiler_flag
"""Every module begins with `from __future__ import annotations`, which loads one more module."""


def write(bundle: Bundle) -> None:
    """Write the file of `bundle` again, with all modules of ours that were loaded since."""
    ours = [name for name in sys.modules if name.startswith(PACKAGE)]
    loaded = [name for name in ours if name not in (__name__, *bundle.early)]
    usual, known = bundle.usual, bundle.modules
    if not usual and COMPILER not in loaded:
        usual, known = tuple(_each_after_its_imports(loaded)), {}
    modules = {**known, **{it: bundle.modules.get(it) or _bundled(it) for it in loaded}}
    modules = {it: _packed(modules[it], it in usual) for it in modules}
    try:
        replace_file(bundle.path, KEY + dumps((modules, usual)), sync=True)
    except OSError:
        return  # nothing depends on it


def _packed(module: Bundled, is_usual: bool) -> Bundled:
    """With the code as it is, where it is to be read at once; else as bytes."""
    code = module[4]
    if isinstance(code, bytes):
        return (*module[:4], loads(code)) if is_usual else module
    return module if is_usual else (*module[:4], dumps(code))


def _bundled(name: str) -> Bundled:
    spec: Any = sys.modules[name].__spec__
    source = os.stat(spec.origin)
    is_package = spec.submodule_search_locations is not None
    return spec.origin, is_package, source.st_mtime_ns, source.st_size, shortened(spec.origin)


def shortened(path: str) -> CodeType:
    """The code of a module as Python compiles it, but for what nobody reads here.

    Which is docstrings, all that is for type checkers, and the columns of what a traceback names.
    """
    tree = _parsed(path)
    node: Any
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            node.body = _read_by_python(node.body) or [ast.Pass(lineno=1, col_offset=0)]
        if hasattr(node, "col_offset"):
            node.col_offset = node.end_col_offset = -1
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    code: CodeType = compile(tree, path, "exec", flags=ANNOTATIONS, dont_inherit=True)
    return code


def _parsed(path: str) -> ast.Module:
    with open(path, "rb") as file:
        return ast.parse(file.read())


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


def _each_after_its_imports(names: list[str]) -> list[str]:
    """The modules `names`, each after those of them that it imports as it is loaded."""
    begun: set[str] = set()
    ordered: list[str] = []

    def add(name: str) -> None:
        if name in names and name not in begun:
            begun.add(name)
            add(name.rpartition(".")[0])
            for needed in _imports(name):
                add(needed)
            ordered.append(name)

    for name in names:
        add(name)
    return ordered


def _imports(name: str) -> Iterator[str]:
    """What the module `name` imports of ours outside its functions; names in modules too."""
    spec: Any = sys.modules[name].__spec__
    for node in _read_by_python(_parsed(spec.origin).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
