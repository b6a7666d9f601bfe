"""What `init` prints is what examples/ have, which the other tests here run; and what runs
`serve` is what systemd takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from maildrop_py.set_up.hook_lines import hook_lines
from tests.support.end_to_end.examples import FOLDER, PROGRAM, example, lines

SHOWN = {
    "Postfix or Exim, for one user": "postfix/dot-forward",
    "Postfix, for all users": "postfix/deliver-system.cf",
    "Postfix, for virtual users": "postfix/deliver-virtual.master.cf",
    "Exim, a transport": "exim/deliver-system.conf",
    "OpenSMTPD": "opensmtpd/deliver-system.conf",
    "qmail": "qmail/dot-qmail",
}
OF_OTHERS = ("quickstart/", "debian/package/")
UNITS = ["system-users", "virtual-users"]


@pytest.mark.parametrize("server", SHOWN)
def test_init_prints_what_the_examples_have(server: str) -> None:
    assert SHOWN.keys() == hook_lines(PROGRAM).keys()
    assert "\n".join(hook_lines(PROGRAM)[server][1]) in lines(example(SHOWN[server]))


def test_every_file_is_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text()
    named = {name for name in re.findall(r"\]\(([^)]+)\)", index) if "://" not in name}
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    unnamed = {name for name in files - named if not name.startswith(OF_OTHERS)}
    assert unnamed == {"README.md"}
    assert [name for name in named if not (FOLDER / name).exists()] == []


@pytest.mark.parametrize("users", UNITS)
def test_systemd_finds_no_fault_with_the_units(users: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    program = tmp_path / "maildrop-py"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    service = tmp_path / "maildrop-py.service"
    service.write_text(example(f"systemd/{users}/maildrop-py.service", {PROGRAM: program}))
    shutil.copy(FOLDER / "systemd/maildrop-py.socket", tmp_path)
    command = [analyze, "verify", "--man=no", service, tmp_path / "maildrop-py.socket"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "maildrop-py." not in done.stderr, done.stderr
