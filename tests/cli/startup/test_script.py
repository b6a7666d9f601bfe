"""The script that is `maildrop-py`, started without Python's site module: what it finds."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from maildrop_py.hook.native import SCRIPT

ROOT = Path(__file__).resolve().parents[3]
MAIL = b"Subject: hello\n\nbody\n"
PACKAGES = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
WHERE_ALL_IS = f"{ROOT}\n{sysconfig.get_path('purelib')}\n"


def test_a_program_that_pip_installed_for_one_user_is_found_without_the_site_module(
    tmp_path: Path,
) -> None:
    packages = tmp_path / ".local" / PACKAGES
    packages.mkdir(parents=True)
    (packages / "ours.pth").write_text(WHERE_ALL_IS)
    (tmp_path / "Maildir").mkdir()
    done = subprocess.run(
        [os.path.realpath(sys.executable), "-PS", SCRIPT, "deliver"],
        input=MAIL,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0


def test_an_editable_installation_is_found_though_a_part_of_it_is_near(tmp_path: Path) -> None:
    """Of such a one the environment has only the directories that are no modules."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    packages = tmp_path / PACKAGES
    (packages / "maildrop_py/rules_library").mkdir(parents=True)
    (packages / "ours.pth").write_text(WHERE_ALL_IS)
    python = tmp_path / "bin/python3"
    for options in (["-PS"], []):
        done = subprocess.run(
            [python, *options, SCRIPT, "--version"], check=True, text=True, stdout=-1
        )
        assert "version" in done.stdout
