"""The tracer that shortens calls: half is truly written, and truly said to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import short_writes, strace

WRITES = """
import os, sys
descriptor = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
said = [os.write(descriptor, b"0123456789") for _ in range(3)]
sys.exit(sum(said))
"""

pytestmark = [
    pytest.mark.usefixtures("tracing"),
    pytest.mark.skipif(not short_writes.works(), reason="knows the registers of x86-64 only"),
]


@pytest.mark.parametrize(("number", "written"), [(1, "01234"), (2, "0123456789" + "01234")])
def test_one_write_does_half_of_its_work(number: int, written: str, tmp_path: Path) -> None:
    log, file = tmp_path / "log", tmp_path / "file"
    under = short_writes.shortening("write", number, log)
    ran = subprocess.run([*under, sys.executable, "-c", WRITES, file], check=False)
    assert ran.returncode == 25
    assert file.read_text() == (written + "0123456789" * 3)[:25]
    assert strace.struck(log)


def test_a_call_that_is_not_come_to_is_not_struck(tmp_path: Path) -> None:
    under = short_writes.shortening("sendfile", 1, tmp_path / "log")
    ran = subprocess.run([*under, "/bin/sh", "-c", "kill -9 $$"], check=False)
    assert ran.returncode == -9
    assert not strace.struck(tmp_path / "log")
