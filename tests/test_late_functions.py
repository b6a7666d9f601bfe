"""A function that is read late does what it would have done, and says the same lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from maildrop_py.late_functions import LateMaker
from maildrop_py.module_source import ModuleSource
from maildrop_py.start import Bundle, Late

SOURCE = """\
LIMIT = 3

def doubled(number, times=2):
    return number * times

def fails(number):
    return (
        1 / number
    )

def pieces(most):
    for number in range(most):
        yield [it for it in range(number) if it < LIMIT]

def called():
    return doubled(2)

def marked(text):
    return text

marked.kind = "marked"

def with_limit(most=LIMIT):
    return most

class Base:
    def name(self):
        return "base"

class Child(Base):
    def name(self):
        return "child of " + super().name()

    @property
    def size(self):
        return self._of(LIMIT)

    @classmethod
    def made(cls, *, named="x"):
        return cls(), named

    @staticmethod
    def shown(text):
        return f"<{text}>"

    def _of(self, number):
        return number + 1
"""

FUNCTIONS = ("doubled", "fails", "pieces", "called", "marked", "with_limit")


@pytest.fixture(params=[True, False], ids=["from the bundle", "from the source"])
def module(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """The module with all late but `called`, as start.py would run it."""
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    codes = bytearray()
    called = {(str(path), SOURCE[: SOURCE.index("def called")].count("\n") + 1)}
    links, code = ModuleSource(str(path)).linked(LateMaker("late_module", called, codes))
    assert links == (("maildrop_py.start", (("Late", "Late"),)),)
    made: Any = ModuleType("late_module")
    made.__file__ = str(path)
    made.Late = Late
    bundle = Bundle(str(tmp_path / "modules"))
    bundle.codes = lambda: memoryview(bytes(codes if request.param else b""))  # type: ignore[method-assign]
    sys.modules["late_module"] = made
    exec(code, made.__dict__)
    yield made
    del sys.modules["late_module"]
    Late.made.clear()


def test_what_was_called_or_needs_its_surroundings_is_not_late(module: Any) -> None:
    kinds = {name: type(getattr(module, name)) for name in FUNCTIONS}
    assert [name for name, kind in kinds.items() if kind is FunctionType] == [
        "called",
        "marked",
        "with_limit",
    ]
    late = [name for name, it in vars(module.Child).items() if isinstance(it, Late)]
    assert late == ["size", "made", "shown", "_of"], "super() has to know its class"


def test_functions_do_the_same(module: Any) -> None:
    assert module.called() == 4 and module.doubled(3, times=3) == 9
    assert [*module.pieces(5)] == [[], [0], [0, 1], [0, 1, 2], [0, 1, 2]]
    assert module.doubled.function() is module.doubled.function()


def test_methods_do_the_same_and_are_read_once(module: Any) -> None:
    child = module.Child()
    assert child.name() == "child of base" and child.size == 4
    assert isinstance(module.Child.made()[0], module.Child) and child.made(named="y")[1] == "y"
    assert module.Child.shown("x") == child.shown("x") == "<x>"
    assert not [name for name, it in vars(module.Child).items() if isinstance(it, Late)]


def test_a_traceback_names_file_and_line(module: Any, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        module.fails(0)
    last = raised.traceback[-1]
    assert (Path(last.path), last.lineno + 1) == (tmp_path / "source.py", 8)
    assert last.name == "fails"
