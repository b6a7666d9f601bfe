"""wheel: what is made when the wheel is built: the programs and the manual pages.

A build hook of hatchling. Each part is left out where it cannot be made: native programs without
a C compiler, the pages where the modules of the commands cannot be imported. Both are said.
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
    """Adds the programs to the wheel's scripts, and the pages to what is shared."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        self._folder = mkdtemp()
        self._add_programs(build_data)
        self._add_pages(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel":
            shutil.rmtree(self._folder, ignore_errors=True)

    def _add_programs(self, build_data: dict[str, Any]) -> None:
        from maildrop_py.hook.native import lay_out

        directory = Path(self._folder) / "bin"
        if lay_out(directory):
            build_data["pure_python"] = False
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"py3-none-{platform}"
        else:
            self.app.display_warning("no C compiler: the wheel has no maildrop-py-deliver")
        for program in directory.iterdir():
            build_data["shared_scripts"][str(program)] = program.name

    def _add_pages(self, build_data: dict[str, Any]) -> None:
        try:
            from maildrop_py.man.pages import date_of_build, write_pages
        except ImportError as error:
            self.app.display_warning(f"no manual pages: {error}")
            return
        directory = os.path.join(self._folder, "man")
        for path in write_pages(directory, date_of_build()):
            build_data["shared_data"][os.path.join(directory, path)] = f"share/man/{path}"
