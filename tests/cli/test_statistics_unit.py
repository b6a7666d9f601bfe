"""The timer in examples/ that sends statistics: what it starts prints a message for sendmail."""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.support.statistics import entry, write_log

FOLDER = Path(__file__).parents[2] / "examples/systemd/statistics"
SERVICE = FOLDER / "maildrop-py-statistics.service"
PROGRAM = "/usr/local/bin/maildrop-py"


def program(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_service_hands_a_message_to_sendmail(tmp_path: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(SERVICE)
    service = parser["Service"]
    ours = program(tmp_path, "ours", f'exec {sys.executable} -m maildrop_py "$@"')
    sent = tmp_path / "sent"
    sendmail = program(tmp_path, "sendmail", f'test "$*" = -t && cat > {sent}')
    state = tmp_path / ".local/state/maildrop-py"
    state.mkdir(parents=True)
    write_log(state / "deliveries.jsonl", [entry()])
    name, _, options = service["Environment"].partition("=")
    command = service["ExecStart"].replace(PROGRAM, str(ours)).replace("%u", "ann")
    command = command.replace("/usr/sbin/sendmail", str(sendmail))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), name: options}
    subprocess.run(shlex.split(command), env=environment, check=True, cwd=FOLDER.parents[2])
    message = message_from_bytes(sent.read_bytes(), policy=default)
    assert message["To"] == "ann"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    for unit in FOLDER.iterdir():
        shutil.copy(unit, tmp_path)
    units = [*tmp_path.iterdir()]
    assert len(units) == 2
    done = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert "statistics" not in done.stderr, done.stderr
