"""native: compiles what starts a delivery fast, where there is a C compiler.

Without one the wheel has no `maildrop-py-deliver`, and the script alone is `maildrop-py`: they do
the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HOOK = Path(__file__).with_name("maildrop-py-deliver.c")
STARTER = HOOK.parent.parent / "cli/startup/maildrop-py.c"
SCRIPT = STARTER.with_suffix("")
BEHIND_STARTER = "maildrop-py-script"
"""What the script is called where the native program has its name."""


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


def lay_out(directory: Path) -> bool:
    """Put our programs into `directory`, as an installation has them; whether some are native."""
    directory.mkdir(parents=True, exist_ok=True)
    native = all(compiled(source, str(directory / source.stem)) for source in (STARTER, HOOK))
    script = directory / (BEHIND_STARTER if native else SCRIPT.name)
    shutil.copy(SCRIPT, script)
    script.chmod(0o755)
    return native


def _compilers() -> list[str]:
    """Those that are there, the best one first; the one that somebody names alone."""
    named = os.environ.get("CC")
    if named is not None:
        return [named]
    return [path for name in ("musl-gcc", "cc", "gcc") if (path := shutil.which(name))]
