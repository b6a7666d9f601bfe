"""wheel: what is made when the wheel is built: the native hook and the manual pages.

A build hook of hatchling. Each part is left out where it cannot be made: the hook without a
C compiler, the pages where the modules of the commands cannot be imported. Both are said.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Parts(BuildHookInterface):  # type: ignore[misc, type-arg, unused-ignore]
    """Adds the program to the wheel's scripts, and the pages to what is shared."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        self._folder = mkdtemp()
        self._add_hook(build_data)
        self._add_pages(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel":
            shutil.rmtree(self._folder, ignore_errors=True)

    def _add_hook(self, build_data: dict[str, Any]) -> None:
        from maildrop_py.hook.native import NAME, compiled

        program = os.path.join(self._folder, NAME)
        if not compiled(Path(self.root) / "maildrop_py/hook" / f"{NAME}.c", program):
            self.app.display_warning(f"no C compiler: the wheel has no {NAME}")
            return
        build_data["shared_scripts"][program] = NAME
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"

    def _add_pages(self, build_data: dict[str, Any]) -> None:
        try:
            from maildrop_py.man.pages import date_of_build, write_pages
        except ImportError as error:
            self.app.display_warning(f"no manual pages: {error}")
            return
        directory = os.path.join(self._folder, "man")
        for path in write_pages(directory, date_of_build()):
            build_data["shared_data"][os.path.join(directory, path)] = f"share/man/{path}"
