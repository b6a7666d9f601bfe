"""The native program that starts the script: what it starts, and what it does where it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from maildrop_py.hook.native import BEHIND_STARTER, STARTER, compiled

SAYS = '#!/bin/sh\nfor each in "$0" "$@"; do echo "$each"; done\n'


class Place:
    """A directory of programs: the starter, the script, and something that stands for Python."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "maildrop-py"
        self.script = folder / BEHIND_STARTER
        self.python = folder / "python3"
        folder.mkdir(parents=True)
        if not compiled(STARTER, str(self.program)):
            pytest.skip("needs a C compiler")
        self.write(self.python, SAYS)
        self.write(self.script, f"#!{self.python}\n")

    def write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *arguments: str, program: Path | None = None) -> tuple[int, list[str], str]:
        """The status, the words that stood on the command line of what was started, and stderr."""
        command = [program or self.program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "bin")


def test_python_is_started_without_the_site_module(place: Place) -> None:
    words = [str(place.python), "-PS", str(place.script), "deliver", "-a", "x y", ""]
    assert place.run("deliver", "-a", "x y", "") == (0, words, "")


def test_a_path_may_have_blanks(tmp_path: Path) -> None:
    place = Place(tmp_path / "my programs")
    assert place.run("check")[1] == [str(place.python), "-PS", str(place.script), "check"]


def test_a_link_leads_to_the_script_beside_the_program(place: Place, tmp_path: Path) -> None:
    link = tmp_path / "mail"
    link.symlink_to(place.program)
    assert place.run(program=link)[1] == [str(place.python), "-PS", str(place.script)]


def test_a_link_beside_the_link_counts_first(place: Place, tmp_path: Path) -> None:
    """As pipx makes them: the program goes by the name that its user knows."""
    link = tmp_path / "maildrop-py"
    link.symlink_to(place.program)
    (tmp_path / BEHIND_STARTER).symlink_to(place.script)
    script = str(tmp_path / BEHIND_STARTER)
    assert place.run(program=link)[1] == [str(place.python), "-PS", script]


@pytest.mark.parametrize(
    "first_line",
    [
        "#!/bin/sh",
        "#! /bin/sh",
        "#!/usr/bin/env -S sh",
        "#!{python} -u",
        "#!/bin/sh python",
    ],
)
def test_a_first_line_that_is_no_python_alone_is_left_to_the_kernel(
    place: Place, first_line: str
) -> None:
    start = first_line.format(python=place.python)
    place.write(place.script, SAYS.replace("#!/bin/sh", start))
    status, words, _ = place.run("x")
    assert status in (0, 2) and "-PS" not in words
    if first_line == "#!/bin/sh":
        assert words == [str(place.script), "x"]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda place: place.script.unlink(),
        lambda place: place.python.unlink(),
        lambda place: place.python.chmod(0o644),
        lambda place: place.python.write_bytes(b"\x7fELF"),
        lambda place: place.script.write_text("#!/nowhere/python3\n"),
    ],
)
def test_what_cannot_be_started_is_a_temporary_failure(place: Place, break_it: object) -> None:
    assert callable(break_it)
    break_it(place)
    status, words, stderr = place.run("deliver")
    assert (status, words) == (75, [])
    assert stderr.startswith("4.3.0 maildrop-py: ") and stderr.count("\n") == 1
    assert f"{BEHIND_STARTER} could not be run" in stderr and "install maildrop-py again" in stderr


def test_an_empty_script_delivers_nothing_and_says_so(place: Place) -> None:
    """A disk without power leaves such files."""
    place.script.write_text("")
    assert place.run("deliver")[0] == 75


def test_without_proc_the_name_that_it_was_started_by_counts(place: Place) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root to hide /proc")
    hide = f"mount -t tmpfs none /proc && exec {place.program} deliver"
    done = subprocess.run(["unshare", "-m", "sh", "-c", hide], capture_output=True, check=False)
    if done.returncode == 1:
        pytest.skip("no mount namespaces here")
    assert done.stdout.decode().splitlines()[1:] == ["-PS", str(place.script), "deliver"]
