"""snapshot: a copy of the program that nobody edits while a long run goes on.

The tests start it as mail servers do: a script that Python's own path is no
part of, found by its absolute name.
"""

from __future__ import annotations

import compileall
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """\
#!{python}
import sys
sys.path.insert(0, {packages!r})
from maildrop_py.cli.main import main
if __name__ == '__main__':
    sys.exit(main())
"""


def install(place: Path) -> Path:
    """Copy the program below `place`; returns the path of its command."""
    packages, command = place / "packages", place / "maildrop-py"
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "maildrop_py", packages / "maildrop_py", ignore=hidden)
    shutil.copytree(ROOT / "rules", packages / "maildrop_py/rules_library")
    compileall.compile_dir(packages, quiet=2)
    command.write_text(SCRIPT.format(python=sys.executable, packages=str(packages)))
    command.chmod(0o755)
    return command
