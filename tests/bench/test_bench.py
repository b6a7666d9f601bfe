"""The benchmarks run, and every rival that is installed does deliver; no figure is judged here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bench(*names: str) -> str:
    command = [sys.executable, "-m", "tests.bench", *names]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_start_up_is_measured_beside_every_installed_rival() -> None:
    try:
        metadata.distribution("maildrop-py")
    except metadata.PackageNotFoundError:
        pytest.skip("needs the program installed in the environment that tests it")
    table = bench("startup")
    measured = re.findall(r"^\| (\S+).*?\d ms \|", table, re.M)
    assert "maildrop-py" in measured, table
    rivals = ("procmail", "maildrop", "fdm")
    assert [name for name in rivals if shutil.which(name) and name not in measured] == [], table
    assert "against the interpreter: " in table


def test_an_unknown_benchmark_is_an_error() -> None:
    command = [sys.executable, "-m", "tests.bench", "speed"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
