"""The wheel, installed as people install: by pip old and new, by pipx and by uv.

Each must bring a program that starts, the native hook beside it, and manual pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MESSAGE = "From: anna@example.org\nSubject: hello\n\nhello\n"


def run(*command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environ}
    env.pop("VIRTUAL_ENV", None)
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd="/")
    assert ran.returncode == 0, (command, ran.stdout[-2000:], ran.stderr[-2000:])
    return ran


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with an sdist, and the wheel that was made from it."""
    place = tmp_path_factory.mktemp("dist")
    tool = new_environment(place / "build", "build")
    run(tool / "bin/python", "-m", "build", "--outdir", place / "dist", ROOT)
    yield place / "dist"
    shutil.rmtree(place)


def new_environment(place: Path, *packages: str) -> Path:
    """A virtual environment with these packages; the test is skipped where they cannot be had."""
    run(sys.executable, "-m", "venv", place)
    command = [place / "bin/python", "-m", "pip", "install", "--quiet", *packages]
    got = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if got.returncode != 0:
        pytest.skip(f"cannot install {' '.join(packages)} here: {got.stderr.strip()[-200:]}")
    return place


def by_pip(version: str) -> Callable[[Path, Path], Path]:
    def install(wheel: Path, place: Path) -> Path:
        new_environment(place / "venv", f"pip=={version}")
        run(place / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel)
        return place / "venv"

    return install


def by_pipx(wheel: Path, place: Path) -> Path:
    tool = new_environment(place / "tool", "pipx")
    homes = {"PIPX_HOME": str(place / "pipx"), "PIPX_BIN_DIR": str(place / "bin")}
    man = {"PIPX_MAN_DIR": str(place / "share/man")}
    run(tool / "bin/pipx", "install", "--python", sys.executable, wheel, **homes, **man)
    return place


def by_uv(wheel: Path, place: Path) -> Path:
    tool = new_environment(place / "tool", "uv")
    homes = {"UV_TOOL_DIR": str(place / "uv"), "UV_TOOL_BIN_DIR": str(place / "bin")}
    run(tool / "bin/uv", "tool", "install", "--python", sys.executable, wheel, **homes)
    return place


WAYS: dict[str, Callable[[Path, Path], Path]] = {
    "pip 23": by_pip("23.0.1"),
    "pip 25": by_pip("25.0.1"),
    "pipx": by_pipx,
    "uv": by_uv,
}


def test_the_sdist_has_all_that_is_built_and_tested(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for path in ("pyproject.toml", "tests/run", ".ci/run", "examples/debian/build", "README.md"):
        assert path in names
    assert "maildrop_py/hook/maildrop-py-deliver.c" in names
    assert {"maildrop_py/cli/startup/maildrop-py.c", "maildrop_py/cli/startup/maildrop-py"} <= names


def test_one_wheel_is_for_every_python(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    assert "-py3-none-" in wheel.name


@pytest.mark.parametrize("way", WAYS)
def test_the_wheel_installs(way: str, built: Path, tmp_path: Path) -> None:
    if way == "pip 23" and sys.version_info >= (3, 12):
        pytest.skip("pip 23.0 does not run on a Python that is newer than 3.11")
    [wheel] = built.glob("*.whl")
    place = WAYS[way](wheel, tmp_path)
    program = place / "bin/maildrop-py"
    assert "version" in run(program, "--version").stdout
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    said = run(program, "init", HOME=str(home)).stdout
    assert "-script" not in said, "the name that users know"
    hook = place / "bin/maildrop-py-deliver"
    commands: list[list[Path | str]] = [[program, "deliver"]]
    if shutil.which("cc") or shutil.which("gcc"):
        commands.append([hook])
    for number, command in enumerate(commands, 1):
        ran = subprocess.run(
            command, input=MESSAGE, text=True, check=False, env={"HOME": str(home)}
        )
        assert ran.returncode == 0
        assert len(list((home / "Maildir/new").iterdir())) == number
    assert [*tmp_path.rglob("share/man/man1/maildrop-py.1")]
