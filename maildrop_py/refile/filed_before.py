"""filed_before: whether the program itself put a message file where it is.

The journals of `refile` and `watch` name the files that they moved, the delivery
log those that were delivered. A file is known by its folder and its base name:
Dovecot keeps the base name of what a person moves. What cannot be read knows of
none.

Known limits: of the log, the last LOG_TAIL bytes are looked through.
"""

from __future__ import annotations

import os
from json import dumps

from maildrop_py.refile.past_runs import past_runs

LOG_TAIL = 4 << 20


def filed_by_program(root: str, folder: str, base: str, journals: str, log: str) -> bool:
    """Whether a journal in the directory `journals`, or the file `log`, names the message file
    with this base name in the directory `folder` of the Maildir at `root`."""
    inside = "" if folder == root else folder.removeprefix(f"{root}/") + "/"
    parts = ("new", "cur")
    moved = [_quoted(f"{inside}{part}/{base}") for part in parts]
    delivered = [_quoted(f"{folder}/{part}/{base}") for part in parts]
    if any(path in _tail(log) for path in delivered):
        return True
    runs = [_whole(run.path) for run in past_runs(journals) if run.maildir == root]
    return any(path in text for text in runs for path in moved)


def _quoted(path: str) -> bytes:
    """The beginning of `path` as a JSON string, as both files have it."""
    return dumps(path, ensure_ascii=False)[:-1].encode("utf-8", "surrogateescape")


def _tail(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - LOG_TAIL))
            return file.read()
    except OSError:
        return b""


def _whole(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
