"""program: maildrop-py installed where an ordinary user can run it.

The environment that runs the tests is often below root's home, where the users
of these tests may not look. So the program and what it depends on are copied,
as pip would lay them out, into a virtual environment of the test's own, which
may then be broken in every way without harm to anybody.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from maildrop_py.hook.native import BEHIND_STARTER, lay_out
from tests.support.end_to_end.requirements import unavailable

ROOT = Path(__file__).resolve().parents[3]
NAME = "maildrop-py"


class Program:
    """An installed maildrop-py; `command` is what a mail server is told to run.

    `hook` is the native one; where there is a C compiler, it is there, and `script` has the Python.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin/python"
        self.command = folder / "bin" / NAME
        self.script = folder / "bin" / BEHIND_STARTER
        self.hook = folder / "bin" / f"{NAME}-deliver"

    @property
    def packages(self) -> Path:
        """The environment's site-packages."""
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return self.folder / "lib" / version / "site-packages"

    def install(self) -> None:
        """Make the environment and put the program and its dependencies into it."""
        subprocess.run([reachable_python(), "-m", "venv", "--without-pip", self.folder], check=True)
        for name in dependencies(NAME):
            self._copy(metadata.distribution(name))
        hidden = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / "maildrop_py", self.packages / "maildrop_py", ignore=hidden)
        shutil.copytree(ROOT / "rules", self.packages / "maildrop_py/rules_library")
        lay_out(self.command.parent)
        script = next(path for path in (self.script, self.command) if path.exists())
        script.write_text(script.read_text().replace("#!python", f"#!{self.python}", 1))
        subprocess.run([self.python, "-m", "compileall", "-q", self.packages], check=False)

    @contextmanager
    def renamed_away(self) -> Iterator[None]:
        """The whole environment is missing for a while, as in a failed upgrade."""
        away = self.folder.with_name(self.folder.name + ".away")
        self.folder.rename(away)
        try:
            yield
        finally:
            away.rename(self.folder)

    @contextmanager
    def broken_package(self) -> Iterator[None]:
        """The program cannot even be imported for a while."""
        package = self.packages / "maildrop_py"
        package.rename(package.with_name("maildrop_py_away"))
        try:
            yield
        finally:
            package.with_name("maildrop_py_away").rename(package)

    @contextmanager
    def broken_python(self) -> Iterator[None]:
        """The interpreter named in the program's first line is missing for a while."""
        away = self.python.with_name("python.away")
        self.python.rename(away)
        try:
            yield
        finally:
            away.rename(self.python)

    def _copy(self, distribution: metadata.Distribution) -> None:
        root = Path(str(distribution.locate_file(""))).resolve()
        for file in distribution.files or []:
            source = Path(str(file.locate())).resolve()
            wanted = source.is_relative_to(root) and "__pycache__" not in source.parts
            if wanted and source.is_file():  # old metadata names files that were not installed
                target = self.packages / source.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def dependencies(name: str) -> set[str]:
    """What the distribution `name` needs at run time, directly or not; itself left out."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for text in metadata.requires(waiting.pop()) or []:
            requirement = Requirement(text)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in found:
                found.add(requirement.name)
                waiting.append(requirement.name)
    return found


def reachable_python() -> str:
    """A Python of the version that runs the tests, which any user may run."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    base = os.path.realpath(sys.executable)
    for candidate in (base, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if Path(candidate).exists() and _runs_for_nobody(candidate):
            return candidate
    return unavailable(f"needs a {version} that ordinary users may run, such as Debian's")


def _runs_for_nobody(python: str) -> bool:
    try:
        ran = subprocess.run(
            [python, "-I", "-c", "import ssl, venv"],
            user="nobody",
            cwd="/",
            check=False,
            capture_output=True,
        )
    except OSError:
        return False
    return ran.returncode == 0
