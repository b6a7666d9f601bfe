"""The command line: what makes no sense is said before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli import serve as command
from maildrop_py.serve import plan as serve_plan
from tests.support.waiting import wait_until

GOOD = ["--maildir=/mail/{user}", "--listen=127.0.0.1:0"]


def said(*options: str) -> str:
    """What is printed by a run that ends at once."""
    found = CliRunner().invoke(command.serve, options)
    assert found.exit_code in (1, 2), found.output
    return found.output


@pytest.fixture(autouse=True)
def anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_plan, "_credentials", lambda options: None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "--maildir"),
        (["--maildir=/mail"], "{user}"),
        (["--maildir=/mail/{usr}"], "{usr}"),
        (["--maildir={home}/x"], "there are no homes"),
        (["--maildir=/mail/{user}"], "--listen"),
        (["--maildir=/mail/{user}", "--listen=0.0.0.0:24"], "loopback"),
        (["--maildir=/mail/{user}", "--listen=lmtp"], "ADDRESS:PORT"),
        ([*GOOD, "--state=/state"], "{user}"),
        ([*GOOD[:1], "--listen=/nowhere/lmtp", "--mode=999"], "octal"),
        ([*GOOD[:1], "--listen=/nowhere/lmtp", "--owner=no-such-user"], "no-such-user"),
        ([*GOOD, "--workers=0"], "workers"),
        ([*GOOD[:1], "--listen=127.0.0.1:99999"], "--listen 127.0.0.1:99999"),
        ([*GOOD[:1], "--listen=unix:relative"], "--listen unix:relative"),
        ([*GOOD[:1], "--listen=unix:/nowhere/lmtp"], "--listen unix:/nowhere/lmtp: No such file"),
        ([*GOOD, "--rules={usr}"], "--rules"),
        ([*GOOD, "--group=no-such-group"], "--group no-such-group"),
    ],
)
def test_mistakes_are_said(options: list[str], words: str) -> None:
    assert words in said(*options)


def test_nothing_is_removed_to_make_way_for_a_socket(tmp_path: Path) -> None:
    (tmp_path / "lmtp").write_text("mine")
    assert "not a socket" in said(GOOD[0], f"--listen={tmp_path}/lmtp")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_says_as_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert "never delivered as root" in said(*GOOD)
    assert "is root" in said(*GOOD, "--user=root")


@pytest.mark.parametrize(
    ("name", "why"), [("missing", "No such file"), ("", "not a regular file"), ("fifo", "not a")]
)
def test_a_users_file_that_cannot_be_read_is_a_mistake_at_the_start(
    name: str, why: str, tmp_path: Path
) -> None:
    """While the server runs, it is a temporary failure."""
    os.mkfifo(tmp_path / "fifo")
    socket = tmp_path / "lmtp"
    output = said(f"--users={tmp_path}/{name}", f"--listen={socket}")
    assert f"--users {tmp_path}/{name}: " in output and why in output
    assert "Right would be a password file" in output
    assert not socket.exists()


def test_for_the_hook_alone_nothing_names_the_user(tmp_path: Path) -> None:
    """Who hands a message over has rules and a Maildir of their own."""
    if os.geteuid() == 0:
        pytest.skip("root serves all accounts")
    socket = tmp_path / "deliver"
    command = [sys.executable, "-m", "maildrop_py", "serve", "--hand-over", str(socket)]
    with subprocess.Popen([*command, "--maildir", str(tmp_path)]) as server:
        wait_until(socket.exists, "the socket")
        server.terminate()
        assert server.wait(30) == 0
