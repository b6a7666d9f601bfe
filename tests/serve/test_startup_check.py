"""An interpreter or a package that only root can read is found before the server listens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import Credentials
from maildrop_py.serve.startup_check import check_interpreter, check_users_file

if os.geteuid() != 0:
    pytest.skip("needs root: it becomes another user", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
SOMEBODY = Credentials(54321, 54321, (54321,))


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A directory such as /root."""
    private = tmp_path / "root"
    private.mkdir(mode=0o700)
    return private


def test_what_everybody_can_read_is_fine() -> None:
    check_interpreter(SOMEBODY)


def test_an_interpreter_below_root_s_home_is_refused(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (roots / "python3").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(roots / "python3"))
    with pytest.raises(UsageError, match=r"cannot run .*python3.*Permission denied.*/opt"):
        check_interpreter(SOMEBODY)


def test_a_package_below_root_s_home_is_refused(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "maildrop_py", roots / "maildrop_py")
    others = [path for path in sys.path if not Path(path, "maildrop_py").is_dir()]
    monkeypatch.setattr(sys, "path", [str(roots), *others])
    with pytest.raises(UsageError, match=r"No module named 'maildrop_py'"):
        check_interpreter(SOMEBODY)


def test_the_server_says_so_and_does_not_start(roots: Path, tmp_path: Path) -> None:
    (roots / "python3").symlink_to(sys.executable)
    words = ["serve", "--users=system", f"--listen={tmp_path}/lmtp"]
    paths = os.pathsep.join(path for path in sys.path if path.startswith("/"))
    done = subprocess.run(
        [str(roots / "python3"), "-m", "maildrop_py", *words],
        env={"PYTHONPATH": paths, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "cannot run" in done.stderr and "/opt" in done.stderr
    assert not (tmp_path / "lmtp").exists()


def test_a_users_file_that_only_root_can_read_is_refused(roots: Path) -> None:
    users = roots / "users"
    users.write_text("anna::1000:1000::/home/anna\n")
    check_users_file(str(users), None)
    with pytest.raises(UsageError, match=r"users: Permission denied.*uid 54321.*can read"):
        check_users_file(str(users), SOMEBODY)
