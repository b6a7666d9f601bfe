"""Nothing lost, nothing changed: every real message there is, through `deliver` itself."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from maildrop_py.cli.deliver import run
from maildrop_py.message.extent import message_start

RULES = """
include: [builtin:from-daemon, builtin:lists, builtin:spam, builtin:backscatter]
rules:
  - {name: newsletters, when: {body: unsubscribe}, then: {file: Newsletters}}
  - {name: attached, when: {attachment: true}, then: {file: Attached, flags: [flagged]}}
"""


@pytest.mark.parametrize("corpus", ["malformed", "dsn", "spamassassin"])
def test_every_message_is_delivered_byte_for_byte(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corpus: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rules.yaml").write_text(RULES)
    maildir = tmp_path / "Maildir"
    maildir.mkdir()
    rules = str(tmp_path / "rules.yaml")
    arguments = ["--rules", rules, "--maildir", str(maildir), "--log", "none"]
    files = [path for path in sorted((shared / "corpora" / corpus).rglob("*")) if path.is_file()]
    statuses = _deliver_all(files, arguments)
    assert set(statuses) == {0}
    missing = Counter(_as_it_came(path) for path in files)
    for path in _messages(maildir):
        data = path.read_bytes()
        missing[data if missing[data] else _without_added(data)] -= 1
    assert not [data[:80] for data, number in missing.items() if number]
    assert list(maildir.rglob("tmp/*")) == []


def _deliver_all(files: list[Path], arguments: list[str]) -> list[int]:
    """The statuses of deliveries in a process of their own: each takes over fd 0 and signals."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.fsync = lambda descriptor: None  # 7,000 of them would take minutes
            for path in files:
                descriptor = os.open(path, os.O_RDONLY)
                os.dup2(descriptor, 0)
                os.close(descriptor)
                os.write(writer, bytes([run(arguments)]))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        statuses = list(pipe.read())
    os.waitpid(pid, 0)
    assert len(statuses) == len(files)
    return statuses


def _messages(maildir: Path) -> list[Path]:
    return [path for part in ("new", "cur") for path in maildir.glob(f"**/{part}/*")]


def _as_it_came(path: Path) -> bytes:
    data = path.read_bytes()
    return data[message_start(data) :]


def _without_added(data: bytes) -> bytes:
    """The message without the Return-Path that delivery makes of a `From ` line."""
    assert data.startswith(b"Return-Path: <")
    line = data.splitlines(keepends=True)[0]
    return data[len(line) :]
