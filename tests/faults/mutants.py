"""mutants: the program's central code changed on purpose; the tests must see each change.

    python -m tests.faults.mutants                  every mutant of every module below
    python -m tests.faults.mutants decision/decide  those of one module
    python -m tests.faults.mutants --sample 30      so many, spread over all

Each mutant is one change in one file of a copy of the project: a condition
negated, a comparison turned, a truth value swapped, a call or an assignment to
an attribute left out, a number moved by one. It is killed if one of the tests of
its module fails, and survives if all pass. Survivors are printed; the status is 1
if there are any that are not known.

Known limits: a mutant that hangs counts as killed after LONGEST seconds. Mutants
that change nothing that anybody can see (`EQUIVALENT`) are not counted.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from binascii import crc32
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from queue import SimpleQueue

from tests.faults.mutated_modules import EQUIVALENT, NAMED, TESTS

Change = tuple[int, str, Callable[[], None]]
"""The line, what is changed, and what does it."""

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 300  # seconds of the tests of one mutant
SEED = 1


@dataclass(frozen=True)
class Mutant:
    """One change in one module; `source` is the whole module with the change in it."""

    module: str
    change: str
    source: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.module}: {self.change}"

    @property
    def key(self) -> str:
        """The name without the line, which other changes move."""
        return f"{self.module}: {self.change.partition(': ')[2]}"


def named_mutant(name: str) -> Mutant:
    """A change of NAMED; the place that it changes must be there."""
    found = NAMED[name]
    text = _path(found.module).read_text(encoding="utf-8")
    assert text.count(found.old) == 1, f"{name}: {found.module} has changed"
    return Mutant(found.module, name, text.replace(found.old, found.new), (found.tests,))


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    text = _path(module).read_text(encoding="utf-8")
    count = len(list(_changes(ast.parse(text))))
    found = []
    for number in range(count):
        tree = ast.parse(text)
        line, change, apply = list(_changes(tree))[number]
        apply()
        source = ast.unparse(ast.fix_missing_locations(tree))
        found.append(Mutant(module, f"line {line}: {change}", source, TESTS[module]))
    return found


def sample(size: int, seed: int = SEED) -> list[Mutant]:
    """So many mutants, spread over all modules.

    Chosen by their texts, so that other changes of the code leave them what they are.
    """
    by_module = [
        sorted(mutants_of(module), key=lambda mutant: crc32(f"{seed} {mutant.key}".encode()))
        for module in TESTS
    ]
    turns = zip_longest(*by_module)
    return [mutant for turn in turns for mutant in turn if mutant is not None][:size]


_SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def _changes(tree: ast.Module) -> Iterator[Change]:
    """A change for each place inside a function."""
    seen: set[int] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if id(node) not in seen:
                    seen.add(id(node))
                    yield from _changes_of(node)


def _changes_of(node: ast.AST) -> Iterator[Change]:
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        shown = ast.unparse(node.test)
        yield line, f"not ({shown})", lambda: setattr(node, "test", _not(node.test))
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPPED:
        yield line, f"other sign in {ast.unparse(node)}", lambda: _turn(node)
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield line, f"and/or in {ast.unparse(node)}", lambda: setattr(node, "op", other)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        shown = str(not node.value)
        yield line, f"{shown} for {node.value}", lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        value = node.value
        yield line, f"{value + 1} for {value}", lambda: setattr(node, "value", value + 1)
    if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.While | ast.With):
        yield from _left_out(node.body)


def _left_out(body: list[ast.stmt]) -> Iterator[Change]:
    """Calls and assignments to attributes, each left out."""
    for at, statement in enumerate(body):
        is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        is_kept = isinstance(statement, ast.Assign | ast.AugAssign) and any(
            isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
            for node in ast.walk(statement)
        )
        if is_call or is_kept:
            shown = ast.unparse(statement).partition("\n")[0][:60]
            gone = ast.Pass(lineno=statement.lineno, col_offset=0)
            yield (
                statement.lineno,
                f"without {shown}",
                lambda at=at, gone=gone: body.__setitem__(at, gone),
            )


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _turn(node: ast.Compare) -> None:
    node.ops[0] = _SWAPPED[type(node.ops[0])]()


def _path(module: str, root: Path = ROOT) -> Path:
    return root / "maildrop_py" / f"{module}.py"


class Copies:
    """Copies of the project, one for each mutant at work."""

    def __init__(self, folder: Path, count: int) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        left_out = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
        for number in range(count):
            shutil.copytree(ROOT, folder / str(number), ignore=left_out, symlinks=True)
            self._free.put(folder / str(number))

    def pass_unchanged(self, tests: tuple[str, ...]) -> bool:
        """Whether tests pass without a change: those that fail anyway prove nothing."""
        root = self._free.get()
        try:
            return _pass(root, tests)
        finally:
            self._free.put(root)

    def is_killed(self, mutant: Mutant) -> bool:
        """Whether a test fails with the change."""
        root = self._free.get()
        path = _path(mutant.module, root)
        original = path.read_bytes()
        try:
            path.write_text(mutant.source, encoding="utf-8")
            return not _pass(root, mutant.tests)
        finally:
            path.write_bytes(original)
            self._free.put(root)


def _pass(root: Path, tests: tuple[str, ...]) -> bool:
    """Whether all these tests pass there; the seed of Hypothesis is always the same."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)}
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=root,
            env=environ,
            capture_output=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survivors(mutants: list[Mutant], folder: Path, at_once: int = 2) -> Iterator[Mutant]:
    """Those that no test sees, as they are found. Raises AssertionError where tests fail anyway."""
    copies = Copies(folder, at_once)
    with ThreadPoolExecutor(at_once) as pool:
        tests = tuple({mutant.tests: None for mutant in mutants})
        for each, passes in zip(tests, pool.map(copies.pass_unchanged, tests), strict=True):
            assert passes, f"without any change these fail: {' '.join(each)}"
        for mutant, killed in zip(mutants, pool.map(copies.is_killed, mutants), strict=True):
            if not killed and mutant.key not in EQUIVALENT:
                yield mutant


def main() -> int:
    """Print the survivors; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants")
    parser.add_argument("modules", nargs="*", choices=[*TESTS, []])
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if options.sample:
        mutants = sample(options.sample, options.seed)
    else:
        mutants = [mutant for module in options.modules or TESTS for mutant in mutants_of(module)]
    alive = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for mutant in survivors(mutants, Path(folder), os.cpu_count() or 2):
            alive += 1
            print(mutant.name, flush=True)
    print(f"{len(mutants)} mutants, {alive} survived")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
