"""snapshot: a copy of the program that nobody edits while a long run goes on.

The tests start it as mail servers do: a script that Python's own path is no
part of, found by its absolute name. For root it is one that the users may run
whom a server started by root becomes.
"""

from __future__ import annotations

import compileall
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.end_to_end.program import Program

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """\
#!{python}
import sys
sys.path.insert(0, {packages!r})
from maildrop_py import main
if __name__ == '__main__':
    sys.exit(main())
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every user may enter (pytest's own are closed to all but one)."""
    with TemporaryDirectory(prefix="maildrop-py-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def install(place: Path) -> Path:
    """Copy the program below `place`; returns the path of its command."""
    if os.geteuid() == 0:
        program = Program(place / "program")
        program.install()
        return program.command
    packages, command = place / "packages", place / "maildrop-py"
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "maildrop_py", packages / "maildrop_py", ignore=hidden)
    shutil.copytree(ROOT / "rules", packages / "maildrop_py/rules_library")
    compileall.compile_dir(packages, quiet=2)
    command.write_text(SCRIPT.format(python=sys.executable, packages=str(packages)))
    command.chmod(0o755)
    return command


def interpreter(command: Path) -> Path:
    """The Python that runs an installed command."""
    python = command.with_name("python")
    return python if python.exists() else Path(sys.executable)
