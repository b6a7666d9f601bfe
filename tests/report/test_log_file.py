"""The log is rotated by size and month, and no line of any process is lost by it."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from maildrop_py.report import log_file
from maildrop_py.report.log_file import append, rotated_files

NOW = 1_795_834_650.0  # 2026-11-28


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "state/deliveries.jsonl"


def all_lines(log: Path) -> list[str]:
    """Every line, from the oldest file to the newest."""
    text = ""
    for path in [*rotated_files(str(log)), *([str(log)] if log.exists() else [])]:
        data = Path(path).read_bytes()
        text += (gzip.decompress(data) if path.endswith(".gz") else data).decode()
    return text.splitlines()


def names(log: Path) -> list[str]:
    return sorted(path.name for path in log.parent.iterdir())


def test_the_file_and_its_directory_are_made_for_their_owner_alone(log: Path) -> None:
    append(str(log), b"a\n", NOW)
    append(str(log), b"b\n", NOW)
    assert log.read_bytes() == b"a\nb\n"
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_full_file_is_compressed_under_the_month_of_its_last_line(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 9)
    for number in range(4):
        append(str(log), b"line %d .\n" % number, NOW)
        os.utime(log, (NOW, NOW))
    assert names(log) == [
        "deliveries-2026-11-001.jsonl.gz",
        "deliveries-2026-11-002.jsonl.gz",
        "deliveries-2026-11-003.jsonl.gz",
        "deliveries.jsonl",
    ]
    assert all_lines(log) == [f"line {number} ." for number in range(4)]


def test_a_new_month_begins_a_new_file(log: Path) -> None:
    append(str(log), b"october\n", NOW)
    os.utime(log, (NOW - 40 * 86400,) * 2)
    append(str(log), b"november\n", NOW)
    assert names(log) == ["deliveries-2026-10-001.jsonl.gz", "deliveries.jsonl"]
    assert log.read_bytes() == b"november\n"


def test_what_a_killed_process_left_is_compressed_by_the_next(log: Path) -> None:
    append(str(log), b"new\n", NOW)
    (log.parent / "deliveries-2026-08-001.jsonl").write_text("old\n")
    (log.parent / "deliveries-2026-08-001.jsonl.gz.new").write_text("half")
    os.utime(log.parent / "deliveries-2026-08-001.jsonl.gz.new", (0, 0))
    os.utime(log, (NOW - 40 * 86400,) * 2)
    append(str(log), b"newest\n", NOW)
    assert all_lines(log) == ["old", "new", "newest"]
    assert "deliveries-2026-08-001.jsonl.gz" in names(log)
    assert not [name for name in names(log) if name.endswith(".new")]


def test_a_file_that_is_there_in_both_forms_is_read_once(log: Path) -> None:
    append(str(log), b"b\n", NOW)
    (log.parent / "deliveries-2026-08-001.jsonl").write_text("a\n")
    (log.parent / "deliveries-2026-08-001.jsonl.gz").write_bytes(gzip.compress(b"a\n"))
    assert all_lines(log) == ["a", "b"]


def test_files_of_other_names_are_left_alone(log: Path) -> None:
    append(str(log), b"a\n", NOW)
    for name in ("deliveries-old.jsonl", "deliveries-2026-08.jsonl", "other-2026-08-001.jsonl"):
        (log.parent / name).write_text("not ours\n")
    assert rotated_files(str(log)) == []


WRITER = """
import sys, time
from maildrop_py.report import log_file
log_file.LARGEST = 300
log_file.PATIENCE = 30
for number in range(300):
    log_file.append(sys.argv[1], f"{sys.argv[2]} {number}\\n".encode(), time.time())
"""


def test_many_writers_lose_no_line_to_rotation(log: Path) -> None:
    """Each process rotates under the others, dozens of times."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(log), name]) for name in "abcdef"
    ]
    assert [writer.wait(120) for writer in writers] == [0] * 6
    lines = all_lines(log)
    assert sorted(lines) == sorted(f"{name} {n}" for name in "abcdef" for n in range(300))
    for name in "abcdef":
        mine = [int(line[2:]) for line in lines if line.startswith(name)]
        assert mine == sorted(mine), "files are in order"
    assert len(rotated_files(str(log))) > 5


def test_a_lock_that_is_never_given_back_holds_nothing_up(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(str(log), b"a\n", NOW)
    monkeypatch.setattr(log_file, "LARGEST", 1)
    with open(log, "rb") as file:
        flock(file, LOCK_EX)
        began = time.monotonic()
        append(str(log), b"b\n", NOW)
        assert time.monotonic() - began < 5
    assert log.read_bytes() == b"a\nb\n"


def test_a_directory_that_cannot_be_written_is_only_not_rotated(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(str(log), b"a\n", NOW)
    monkeypatch.setattr(log_file, "LARGEST", 1)

    def denied(old: str, new: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", denied)
    append(str(log), b"b\n", NOW)
    assert log.read_bytes() == b"a\nb\n"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    reader = os.open(tmp_path / "log", os.O_RDONLY | os.O_NONBLOCK)
    try:
        append(str(tmp_path / "log"), b"a\n", NOW)
        assert os.read(reader, 100) == b"a\n"
    finally:
        os.close(reader)
    with pytest.raises(OSError, match="No such device"):  # nobody reads: no waiting
        append(str(tmp_path / "log"), b"b\n", NOW)


def test_root_writes_through_no_link_of_a_user(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give directories away")
    home, roots = tmp_path / "home", tmp_path / "roots"
    home.mkdir()
    roots.mkdir()
    (roots / "deliveries.jsonl").write_text("root's own\n")
    (home / "state").symlink_to(roots)
    os.chown(home, 65534, 65534)
    with pytest.raises(PermissionError, match="belongs to another user"):
        append(str(home / "state/deliveries.jsonl"), b"forged\n", NOW)
    assert (roots / "deliveries.jsonl").read_text() == "root's own\n"
