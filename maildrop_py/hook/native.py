"""native: compiles the native hook, where there is a C compiler.

Without one the wheel has no `maildrop-py-deliver`; `maildrop-py deliver` does the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAME = "maildrop-py-deliver"


def compiled(source: Path, program: str) -> bool:
    """Whether `source` could be compiled; static if that can be, for it starts faster."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return False
    command = [compiler, "-O2", "-std=gnu11", "-s", "-o", program, str(source)]
    for more in (["-static"], []):
        if subprocess.run([*command, *more], capture_output=True, check=False).returncode == 0:
            return True
    return False
