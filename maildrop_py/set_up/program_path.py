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
