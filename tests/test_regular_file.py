"""Files that a user can replace by something that would be waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from maildrop_py.regular_file import open_regular, read_regular


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    assert read_regular(str(tmp_path / "file"), 4) == b"0123"


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY | os.O_APPEND, os.O_RDWR])
@pytest.mark.parametrize("kind", ["fifo", "device", "socket", "directory"])
def test_what_is_not_a_file_is_neither_opened_nor_waited_for(
    tmp_path: Path, kind: str, flags: int
) -> None:
    path = tmp_path / "x"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "directory":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(path))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError):
        open_regular(str(path), flags)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_link_is_followed_only_if_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.close(open_regular(str(tmp_path / "link")))
    with pytest.raises(OSError):
        open_regular(str(tmp_path / "link"), follow_link=False)
