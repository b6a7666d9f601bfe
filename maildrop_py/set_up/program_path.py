"""program_path: the absolute path by which a mail server starts this program."""

from __future__ import annotations

import os
import shutil
import sys

from maildrop_py.paths import PROGRAM
from maildrop_py.set_up.hook_lines import NATIVE


def hook_path() -> str:
    """What a mail server should call: the native hook where it was built, else the program."""
    program = program_path()
    return program + NATIVE if os.access(program + NATIVE, os.X_OK) else program


def program_path() -> str:
    """The program itself: as it was called now, or beside the interpreter."""
    beside = os.path.join(os.path.dirname(sys.executable), PROGRAM)
    if os.path.basename(sys.argv[0]) != PROGRAM and os.path.exists(beside):
        return beside
    return os.path.abspath(shutil.which(sys.argv[0]) or sys.argv[0])


_BOOT = """\
import runpy, sys
module, paths = sys.argv[1:3]
sys.path[:] = paths.split("\\n")
del sys.argv[1:3]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def module_command(module: str) -> list[str]:
    """The command that runs a module of ours, wherever this program found its modules.

    `python -m` finds it only in an environment of Python's; a Debian package is none.
    """
    paths = "\n".join(path for path in sys.path if path.startswith("/"))
    return [sys.executable, "-I", "-S", "-c", _BOOT, module, paths]
