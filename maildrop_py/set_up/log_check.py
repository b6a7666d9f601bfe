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
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

ABOUT = marked("delivery log")
RECENT = 86400.0  # seconds in which a failure is worth a warning


def about_log(path: str, now: float) -> Iterator[CheckResult]:
    """The log at `path`, and the last failure that it tells of; `now` in seconds since 1970."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        yield _about_missing(path)
        return
    except OSError as error:
        yield CheckResult(WRONG, ABOUT, f"{path}: {error.strerror}", "a path that can be read")
        return
    if finding := _wrong_with_file(path, found):
        yield finding
    elif stat.S_ISREG(found.st_mode):
        yield from _about_entries(path, now)
    else:
        yield CheckResult(
            OK, ABOUT, translated("{path} is no regular file, so it is not read", path=path)
        )


def _about_missing(path: str) -> CheckResult:
    directory = os.path.dirname(path)
    while not os.path.isdir(directory) and directory != os.path.dirname(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        text = translated(
            "{path} cannot be made: {directory} may not be written", path=path, directory=directory
        )
        return CheckResult(
            WRONG,
            ABOUT,
            text,
            translated("chmod u+wx {directory}, and let it belong to you", directory=directory),
        )
    return CheckResult(OK, ABOUT, translated("{path} will be made", path=path))


def _wrong_with_file(path: str, found: os.stat_result) -> CheckResult | None:
    """What keeps entries from being written to it, or from being believed."""
    if stat.S_ISLNK(found.st_mode):
        text = translated(
            "{path} is a symbolic link, and nothing is written through one", path=path
        )
        return CheckResult(
            WRONG,
            ABOUT,
            text,
            translated("rm {path}, or name the file itself with --log", path=path),
        )
    if stat.S_ISDIR(found.st_mode):
        return CheckResult(
            WRONG, ABOUT, translated("{path} is a directory", path=path), "the path of a file"
        )
    why = why_not_ours(found, path) or why_path_not_ours(path)
    if why:
        return CheckResult(
            WRONG, ABOUT, why, translated("chmod go-w {path}, and let it belong to you", path=path)
        )
    if not os.access(path, os.R_OK | os.W_OK):
        return CheckResult(
            WRONG, ABOUT, translated("{path} may not be written", path=path), f"chmod u+rw {path}"
        )
    if not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
        text = translated("{path} cannot be rotated: its directory may not be written", path=path)
        return CheckResult(WARNING, ABOUT, text, f"chmod u+wx {os.path.dirname(path)}")
    return None


def _about_entries(path: str, now: float) -> Iterator[CheckResult]:
    """How many lines can be read, and the last that tells of a failure."""
    unreadable: list[str] = []
    number, failure = 0, None
    try:
        for entry in file_entries(path, lambda where, why: unreadable.append(f"{where}: {why}")):
            number += 1
            if entry.get("result") in (DEFERRED, FAILED):
                failure = entry
    except OSError as error:
        yield CheckResult(WRONG, ABOUT, f"{path}: {error.strerror}", f"chmod u+rw {path}")
        return
    yield CheckResult(OK, ABOUT, f"{path}: {_entries(number)}")
    if unreadable:
        text = translated(
            "{number} lines cannot be read; the first: {first}",
            number=len(unreadable),
            first=unreadable[0],
        )
        remedy = translated(
            "a disk that is not full; such lines are passed over and may be deleted"
        )
        yield CheckResult(WARNING, ABOUT, text, remedy)
    if failure is not None:
        yield _about_failure(failure, now)


def _about_failure(entry: Entry, now: float) -> CheckResult:
    error, message_id = (visible(str(entry.get(key) or "")) for key in ("error", "message_id"))
    text = f"{entry['time']}: {error}" + (
        translated(" (message {message_id})", message_id=message_id) if message_id else ""
    )
    if now - _seconds(str(entry["time"])) > RECENT:
        return CheckResult(OK, "last failure", text)
    remedy = f"maildrop-py why '{message_id}'" if message_id else "maildrop-py stats --days 1"
    return CheckResult(WARNING, "last failure", text, remedy)


def _seconds(time: str) -> float:
    """Since 1970; 0 for what is no time."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _entries(number: int) -> str:
    return translated("1 entry") if number == 1 else translated("{number} entries", number=number)
