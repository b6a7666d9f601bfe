"""module_bundle: the modules that a delivery needs, in one file instead of sixty.

Finding, opening and checking each module by itself is half of what `deliver`
costs. The first delivery writes the code of all the modules it loaded into one
file beside the compiled rules; later ones find them there, each as long as its
source still is what it was. Those that the last delivery but the first needed are loaded
at once, without the import system's own work for each. A bundle that is missing,
damaged, or could have been written by somebody else is not used, and what is not
in it is imported as ever.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from marshal import dumps, loads

from maildrop_py.private_file import read_private, replace_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType
    from typing import Any

    Bundled = tuple[str, bool, int, int, CodeType | bytes, tuple[str, ...]]
    """source path, is a package, mtime in ns and size of the source, its code, the modules of
    ours that it imports as it is loaded. What a delivery usually needs is there as code, all of it
    read at once, which takes half the time; the rest is bytes of marshal, read when it is wanted"""

PACKAGE = "maildrop_py."
COMPILER = "maildrop_py.rules.program.compiler"
KEY = f"maildrop-py modules 5 {sys.hexversion:x} {sys.flags.optimize}\n".encode()
Module: Any = type(sys)
ModuleSpec: Any = type(__spec__)  # importing importlib.machinery for it would cost 1 ms


class Bundle:
    """A finder and loader (PEP 451) of the modules in one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.modules: dict[str, Bundled]
        self.modules, self._usual = _read(path)
        self._knows_usual = bool(self._usual)
        self._early = frozenset(sys.modules)  # what was there before, this module too
        self._loading: set[str] = set()  # those that import each other are left to Python

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> Any:
        usual, self._usual = self._usual, ()
        found = self._current(name)
        if found is None:
            return None
        for needed in (*found[5], *usual):
            if needed not in sys.modules and needed != name:
                self._load(needed)
        return self._spec(name, found)

    def create_module(self, spec: object) -> None:
        """The import system makes the module."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> CodeType:
        return _code(self.modules[name])

    def _load(self, name: str) -> None:
        """Load a module that others import, and first those that it imports itself.

        The import system's own work for a module is more than most of ours need to run; so
        it does that for one module, and here the rest is done in advance. What is
        left out here, it does as ever.
        """
        if name in self._loading:
            return
        self._loading.add(name)
        found = self._current(name)
        package, _, last = name.rpartition(".")
        for needed in (package, *(found[5] if found is not None else ())):
            if needed not in sys.modules:
                self._load(needed)
        if found is None or name in sys.modules or package not in sys.modules:
            return
        module = Module(name)
        names = module.__dict__
        names["__spec__"] = spec = self._spec(name, found)
        names["__file__"], names["__loader__"], names["__package__"] = found[0], self, spec.parent
        if found[1]:
            names["__path__"] = spec.submodule_search_locations
        sys.modules[name] = module
        try:
            exec(_code(found), names)
        except BaseException:
            del sys.modules[name]
            raise
        setattr(sys.modules[package], last, module)

    def _current(self, name: str) -> Bundled | None:
        found = self.modules.get(name)
        if found is None or not _is_current(found):
            self.modules.pop(name, None)
            return None
        return found

    def _spec(self, name: str, found: Bundled) -> Any:
        spec = ModuleSpec(name, self, origin=found[0], is_package=found[1])
        spec.has_location = True
        if found[1]:
            spec.submodule_search_locations.append(os.path.dirname(found[0]))
        return spec

    def keep(self) -> None:
        """Write the file again if this process has loaded modules that are not in it."""
        ours = [name for name in sys.modules if name.startswith(PACKAGE)]
        loaded = [name for name in ours if name not in self._early]
        is_usual = COMPILER not in loaded  # rules are seldom compiled
        if all(name in self.modules for name in loaded) and (self._knows_usual or not is_usual):
            return
        if is_usual and not self._knows_usual:  # what compiles rules is left out from now on
            self.modules = {name: self.modules[name] for name in loaded if name in self.modules}
        for name in loaded:
            if name not in self.modules:
                self.modules[name] = _bundled(sys.modules[name])
        usual = tuple(loaded) if is_usual else ()
        body = dumps(
            ({name: _packed(it, name in usual) for name, it in self.modules.items()}, usual)
        )
        try:
            replace_file(self.path, KEY + crc32(body).to_bytes(4, "big") + body)
        except OSError:
            return  # nothing depends on it


def _read(path: str) -> tuple[dict[str, Bundled], tuple[str, ...]]:
    """The modules, and the names of those that a delivery usually needs."""
    data = read_private(path)
    start = len(KEY) + 4
    body = memoryview(data)[start:]
    if data[:start] != KEY + crc32(body).to_bytes(4, "big"):
        return {}, ()
    modules, usual = loads(body)
    return modules, usual


def _is_current(bundled: Bundled) -> bool:
    try:
        found = os.stat(bundled[0])
    except OSError:
        return False
    return found.st_mtime_ns == bundled[2] and found.st_size == bundled[3]


def _code(found: Bundled) -> CodeType:
    code: CodeType = loads(found[4]) if isinstance(found[4], bytes) else found[4]
    return code


def _packed(found: Bundled, is_usual: bool) -> Bundled:
    code = _code(found)
    return (*found[:4], code if is_usual else dumps(code), found[5])


def _bundled(module: ModuleType) -> Bundled:
    spec: Any = module.__spec__
    source = os.stat(spec.origin)
    is_package = spec.submodule_search_locations is not None
    code = spec.loader.get_code(spec.name)
    needed = _needed(code, module)
    short = _shortened(spec.origin)
    return spec.origin, is_package, source.st_mtime_ns, source.st_size, short, needed


def _shortened(path: str) -> CodeType:
    """The code of a module as Python compiles it, but for what nobody reads here.

    Which is docstrings, all that is for type checkers, and the columns of what a traceback names.
    """
    import ast

    with open(path, "rb") as file:
        tree = ast.parse(file.read())
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
    code: CodeType = compile(tree, path, "exec", dont_inherit=True)
    return code


def _read_by_python(body: list[Any]) -> list[Any]:
    """The statements of `body` but for docstrings and what is only for type checkers."""
    kept = []
    for each in body:
        test = getattr(each, "test", None)
        if type(each).__name__ == "If" and getattr(test, "id", "") == "TYPE_CHECKING":
            kept += each.orelse
        elif not _is_text(each):
            kept.append(each)
    return kept


def _needed(code: CodeType, module: ModuleType) -> tuple[str, ...]:
    """The modules of ours that `module` imports as it is loaded, in order.

    What it imports for type checkers alone does not count: it has no such names.
    """
    from dis import get_instructions

    found: list[str] = []
    before: Any = None  # what was pushed last: the names in `from … import names`
    for step in get_instructions(code):
        name = str(step.argval)
        if step.opname == "IMPORT_NAME" and name.startswith(PACKAGE):
            names = before or ()
            if all(each in module.__dict__ for each in names):
                inner = [f"{name}.{each}" for each in names]
                found += [name, *(each for each in inner if each in sys.modules)]
        before = step.argval
    return tuple(dict.fromkeys(found))


def _is_text(node: Any) -> bool:
    """Whether a statement is a docstring, or one below a constant."""
    value = getattr(node, "value", None)
    return type(node).__name__ == "Expr" and type(value).__name__ == "Constant"
