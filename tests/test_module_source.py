"""What the bundle has of a module does what its source says, and names the same lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.module_source import ModuleSource

SOURCE = '''\
"""What it is."""
from __future__ import annotations

import os.path
from binascii import crc32, hexlify as shown
from maildrop_py import record as module
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import decimal
else:
    import array

def fails(number: int) -> float:
    """Not for long."""
    return (
        1 / number
    )

@record
class Filing:
    """Where it goes."""

    folder: str
    flags: str = ""

    def shout(self) -> str:
        return self.folder.upper()
'''


@pytest.fixture
def source(tmp_path: Path) -> ModuleSource:
    path = tmp_path / "module.py"
    path.write_text(SOURCE)
    return ModuleSource(str(path))


def run(source: ModuleSource) -> dict[str, Any]:
    """What the module defines, with its links made as start.py makes them."""
    links, code = source.linked()
    names: dict[str, Any] = {"__name__": "module"}
    for module, pairs in links:
        names |= {here: vars(sys.modules[module])[there] for there, here in pairs}
    exec(code, names)
    return names


def test_what_nobody_reads_is_left_out(source: ModuleSource) -> None:
    names = run(source)
    assert "__doc__" not in names and names["fails"].__doc__ is None
    assert names["fails"].__annotations__ == {} and "decimal" not in names
    assert "annotations" not in names and names["array"].__name__ == "array"


def test_an_error_names_its_line(source: ModuleSource) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        run(source)["fails"](0)
    assert raised.traceback[-1].lineno + 1 == 18


def test_imports_are_links_but_for_those_of_modules(source: ModuleSource) -> None:
    links, code = source.linked()
    assert links == (
        ("binascii", (("crc32", "crc32"), ("hexlify", "shown"))),
        ("maildrop_py.record", (("record", "record"),)),
    )
    assert {"os.path", "maildrop_py", "array"} <= {*code.co_names} and "crc32" not in code.co_names
    assert run(source)["module"] is sys.modules["maildrop_py.record"]


def test_a_function_is_compiled_alone(source: ModuleSource) -> None:
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if text.startswith("def fails("))
    names: dict[str, object] = {}
    exec(source.function("fails", line), names)
    assert callable(names["fails"]) and len(names) == 2  # with its builtins
    with pytest.raises(ValueError, match="unpack"):
        source.function("fails", line + 1)


def test_a_record_is_made_by_one_step(source: ModuleSource) -> None:
    names = run(source)
    filing = names["Filing"]("Lists", flags="S")
    assert repr(filing) == "Filing(folder='Lists', flags='S')" and filing.shout() == "LISTS"
    assert filing == names["Filing"]("Lists", "S") and type(filing).__slots__ == ("folder", "flags")
    with pytest.raises(AttributeError):
        filing.folder = "other"
    assert "at_once" in source.linked()[1].co_names
