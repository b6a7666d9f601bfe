"""The progress bar: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_mailbox import Mailbox


def refile(mailbox: Mailbox, stderr: int) -> str:
    """What it writes to standard output."""
    command = [sys.executable, "-m", "maildrop_py", "refile"]
    environment = {"HOME": str(mailbox.home), "PATH": os.environ["PATH"], "TERM": "xterm"}
    ran = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True, check=True
    )
    return ran.stdout


def test_a_terminal_shows_how_far_it_is_and_the_output_stays_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox(tmp_path, monkeypatch)
    for number in range(200):
        mailbox.put(f"new/{number}", "work")
    ours, theirs = pty.openpty()
    output = refile(mailbox, theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    os.close(theirs)
    assert "re-filing" in shown
    assert "%" in shown
    assert "200 messages changed" in output
    assert "\x1b" not in output


def test_nothing_is_drawn_where_there_is_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox(tmp_path, monkeypatch)
    mailbox.fill()
    with (tmp_path / "errors").open("w") as errors:
        refile(mailbox, errors.fileno())
    assert (tmp_path / "errors").read_text() == ""
