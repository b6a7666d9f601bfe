"""build: compiles the native hook into the wheel, where there is a C compiler.

Without one the wheel has no `maildrop-py-deliver`; `maildrop-py deliver` does the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "maildrop-py-deliver"


class NativeHook(BuildHookInterface):  # type: ignore[misc, type-arg, unused-ignore]
    """A build hook of hatchling: adds the program to the wheel's scripts."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        self._folder = mkdtemp()
        program = os.path.join(self._folder, NAME)
        if compiled(Path(self.root) / "maildrop_py/hook" / f"{NAME}.c", program):
            build_data["shared_scripts"][program] = NAME
            build_data["pure_python"] = False
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"py3-none-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel":
            shutil.rmtree(self._folder, ignore_errors=True)


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
