"""private: files that only their owner may change, so that what they say can be believed."""

from __future__ import annotations

import os


def refuse_if_open_to_others(path: str) -> None:
    """PermissionError if another user owns `path` or may write to it; OSError as of `stat`."""
    status = os.stat(path)
    if status.st_uid != os.geteuid():
        raise PermissionError(1, f"{path} belongs to another user")
    if status.st_mode & 0o022:
        raise PermissionError(1, f"others may write to {path}")


def make_folder(path: str) -> None:
    """The folder `path`, made for the owner alone if it is not there; PermissionError as above."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    refuse_if_open_to_others(path)
