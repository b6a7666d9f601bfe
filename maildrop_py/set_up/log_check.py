"""log_check: whether the delivery log can be written, believed and read, for `doctor`.

Nothing is changed. Known limit: only the file that is written to now is read, and not
those that it was rotated to, which may be very large together.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime

from maildrop_py.private_file import why_not_ours, why_path_not_ours
from maildrop_py.report.log_entry import DEFERRED, FAILED
from maildrop_py.report.log_reader import Entry, file_entries
from maildrop_py.report.visible import visible
from maildrop_py.set_up.finding import OK, WARNING, WRONG, Finding

ABOUT = "delivery log"
RECENT = 86400.0  # seconds in which a failure is worth a warning


def about_log(path: str, now: float) -> Iterator[Finding]:
    """The log at `path`, and the last failure that it tells of; `now` in seconds since 1970."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        yield _about_missing(path)
        return
    except OSError as error:
        yield Finding(WRONG, ABOUT, f"{path}: {error.strerror}", "a path that can be read")
        return
    if finding := _wrong_with_file(path, found):
        yield finding
    elif stat.S_ISREG(found.st_mode):
        yield from _about_entries(path, now)
    else:
        yield Finding(OK, ABOUT, f"{path} is no regular file, so it is not read")


def _about_missing(path: str) -> Finding:
    directory = os.path.dirname(path)
    while not os.path.isdir(directory) and directory != os.path.dirname(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        text = f"{path} cannot be made: {directory} may not be written"
        return Finding(WRONG, ABOUT, text, f"chmod u+wx {directory}, and let it belong to you")
    return Finding(OK, ABOUT, f"{path} will be made")


def _wrong_with_file(path: str, found: os.stat_result) -> Finding | None:
    """What keeps entries from being written to it, or from being believed."""
    if stat.S_ISLNK(found.st_mode):
        text = f"{path} is a symbolic link, and nothing is written through one"
        return Finding(WRONG, ABOUT, text, f"rm {path}, or name the file itself with --log")
    if stat.S_ISDIR(found.st_mode):
        return Finding(WRONG, ABOUT, f"{path} is a directory", "the path of a file")
    why = why_not_ours(found, path) or why_path_not_ours(path)
    if why:
        return Finding(WRONG, ABOUT, why, f"chmod go-w {path}, and let it belong to you")
    if not os.access(path, os.R_OK | os.W_OK):
        return Finding(WRONG, ABOUT, f"{path} may not be written", f"chmod u+rw {path}")
    if not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
        text = f"{path} cannot be rotated: its directory may not be written"
        return Finding(WARNING, ABOUT, text, f"chmod u+wx {os.path.dirname(path)}")
    return None


def _about_entries(path: str, now: float) -> Iterator[Finding]:
    """How many lines can be read, and the last that tells of a failure."""
    unreadable: list[str] = []
    number, failure = 0, None
    try:
        for entry in file_entries(path, lambda where, why: unreadable.append(f"{where}: {why}")):
            number += 1
            if entry.get("result") in (DEFERRED, FAILED):
                failure = entry
    except OSError as error:
        yield Finding(WRONG, ABOUT, f"{path}: {error.strerror}", f"chmod u+rw {path}")
        return
    yield Finding(OK, ABOUT, f"{path}: {number} {'entry' if number == 1 else 'entries'}")
    if unreadable:
        text = f"{len(unreadable)} lines cannot be read; the first: {unreadable[0]}"
        remedy = "a disk that is not full; such lines are passed over and may be deleted"
        yield Finding(WARNING, ABOUT, text, remedy)
    if failure is not None:
        yield _about_failure(failure, now)


def _about_failure(entry: Entry, now: float) -> Finding:
    error, message_id = (visible(str(entry.get(key) or "")) for key in ("error", "message_id"))
    text = f"{entry['time']}: {error}" + (f" (message {message_id})" if message_id else "")
    if now - _seconds(str(entry["time"])) > RECENT:
        return Finding(OK, "last failure", text)
    remedy = f"maildrop-py why '{message_id}'" if message_id else "maildrop-py stats --days 1"
    return Finding(WARNING, "last failure", text, remedy)


def _seconds(time: str) -> float:
    """Since 1970; 0 for what is no time."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
