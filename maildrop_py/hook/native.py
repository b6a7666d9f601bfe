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
    """Whether `source` could be compiled; static if that can be, for it starts faster.

    Best with musl: glibc asks the processor for all it can do, also in a static program,
    and on a virtual machine that takes longer than all the rest of the start.
    """
    options = ["-O2", "-std=gnu11", "-s", "-o", program, str(source)]
    for more in (["-static"], []):
        for compiler in _compilers():
            command = [compiler, *options, *more]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return True
    return False


def _compilers() -> list[str]:
    """Those that are there, the best one first; the one that somebody names alone."""
    named = os.environ.get("CC")
    if named is not None:
        return [named]
    return [path for name in ("musl-gcc", "cc", "gcc") if (path := shutil.which(name))]
