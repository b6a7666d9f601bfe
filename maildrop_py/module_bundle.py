"""module_bundle: writes the modules that a delivery needs into one file (start.py reads it).

The first delivery writes the code of all modules that it loaded. The first that compiles no
rules says which of them are usual, and leaves the others out; later ones add what they needed
beyond that.

Guarantee: the file is synced before it gets its name, so that no failure of power leaves one
that is half written. Known limit: what is usual is not asked again until the program or
Python changes.
"""

from __future__ import annotations

import os
import sys
from _imp import source_hash
from marshal import dumps

from maildrop_py.late_functions import LateMaker
from maildrop_py.module_source import ModuleSource
from maildrop_py.private_file import replace_file
from maildrop_py.start import COMPILER, KEY, LENGTH, PACKAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.start import Bundle, Bundled

OURS = ("maildrop_py.late_functions", "maildrop_py.module_source", __name__)


def write(bundle: Bundle) -> None:
    """Write the file of `bundle` again, with all modules of ours that were loaded since."""
    # Python puts a module behind all that it imports, once that has been loaded: so does `usual`.
    ours = [name for name in sys.modules if name.startswith(PACKAGE)]
    loaded = [name for name in ours if name not in (*OURS, *bundle.outside)]
    usual, modules, codes = bundle.usual, bundle.modules, bytearray(bundle.codes())
    if usual and not codes:  # damaged: the next delivery makes it anew
        _remove(bundle.path)
        return
    if not usual and COMPILER not in loaded:
        called = {(code.co_filename, code.co_firstlineno) for code in bundle.called}
        usual, codes = tuple(loaded), bytearray()
        modules = {name: _bundled(name, LateMaker(name, called, codes)) for name in usual}
    new = {name: _bundled(name) for name in loaded if name not in modules}
    body = dumps(({**modules, **new}, usual, source_hash(0, codes)))
    head = KEY + source_hash(0, body) + len(body).to_bytes(LENGTH, "big")
    try:
        replace_file(bundle.path, head + body + codes, sync=True)
    except OSError:
        return  # nothing depends on it


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # somebody else did


def _bundled(name: str, make_late: LateMaker | None = None) -> Bundled:
    """One module; a usual one with functions that are late."""
    source = ModuleSource(str(sys.modules[name].__file__))
    found = os.stat(source.path)
    is_package = os.path.basename(source.path) == "__init__.py"
    links, code = source.linked(make_late)
    kept = code if make_late is not None else dumps(code)
    return source.path, is_package, found.st_mtime_ns, found.st_size, links, kept
