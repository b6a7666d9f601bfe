"""log_reader: the entries of a delivery log and of the files that it was rotated to.

Guarantee: every whole line is read once, in the order of the files, also while
others write and rotate. A line that is no entry, such as one that a crash cut short, is
passed over and reported. Entries of version 1 get the fields of version 2.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from fcntl import LOCK_SH, LOCK_UN, flock
from heapq import merge
from io import TextIOWrapper
from typing import IO, Any, BinaryIO

from maildrop_py.errors import MaildropError
from maildrop_py.regular_file import open_regular
from maildrop_py.report.log_entry import DELIVERED, DISCARDED, REJECTED
from maildrop_py.report.log_file import rotated_files
from maildrop_py.translation import text
from maildrop_py.unpacked import DAMAGED, lines_within

Entry = dict[str, Any]
Complain = Callable[[str, str], None]
"""Gets the place of what cannot be read, and why."""


def entries(path: str, complain: Complain) -> Iterator[Entry]:
    """All entries of the log at `path`; FileNotFoundError if there is no such log."""
    current, rotated = _opened(path)
    for each in rotated:
        yield from _rotated(each, complain)
    yield from _file_entries(current, path, complain)


def entries_by_time(paths: Iterable[str], complain: Complain) -> Iterator[Entry]:
    """All entries of several logs, oldest first; MaildropError for a log that cannot be read."""
    logs = (_readable_entries(path, complain) for path in paths)
    return merge(*logs, key=lambda entry: str(entry["time"]))


def _readable_entries(path: str, complain: Complain) -> Iterator[Entry]:
    try:
        yield from entries(path, complain)
    except FileNotFoundError:
        wording = "{path}: there is no such log; was anything delivered?"
        raise MaildropError(text(wording, path=path)) from None
    except OSError as error:
        raise MaildropError(f"{path}: {error.strerror}") from error


def file_entries(path: str, complain: Complain) -> Iterator[Entry]:
    """The entries of this file alone; raises OSError."""
    yield from _file_entries(_open(path), path, complain)


def open_log(path: str) -> list[BinaryIO]:
    """The log's files, opened: those that it was rotated to, oldest first, then itself.

    None is missing or twice, also while another process rotates. FileNotFoundError if
    there is no such log.
    """
    current, rotated = _opened(path)
    files: list[BinaryIO] = []
    for each in rotated:
        try:
            files.append(open(each, "rb", opener=_opener))  # noqa: SIM115
        except FileNotFoundError:
            # compressed meanwhile
            files.append(open(f"{each}.gz", "rb", opener=_opener))  # noqa: SIM115
    if current is not None:
        files.append(current.detach())  # type: ignore[attr-defined]
    return files


def _opened(path: str) -> tuple[IO[str] | None, list[str]]:
    """The file that is written to now, and the rotated ones; none is in both."""
    try:
        current = _plain(path)
    except FileNotFoundError:
        files = rotated_files(path)
        if not files:
            raise
        return None, files
    flock(current, LOCK_SH)  # nobody renames it now
    files = rotated_files(path)
    flock(current, LOCK_UN)
    return current, files


def _rotated(path: str, complain: Complain) -> Iterator[Entry]:
    try:
        file = _open(path)
    except FileNotFoundError:
        path += ".gz"  # compressed meanwhile
        file = _open(path)
    except OSError as error:
        complain(path, error.strerror or str(error))
        return
    yield from _file_entries(file, path, complain)


def _open(path: str) -> IO[str]:
    if path.endswith(".gz"):
        import gzip

        file = open(path, "rb", opener=_opener)  # noqa: SIM115 - the text closes it
        return TextIOWrapper(gzip.GzipFile(fileobj=file), encoding="utf-8", errors="replace")
    return _plain(path)


def _plain(path: str) -> IO[str]:
    return open(path, encoding="utf-8", errors="replace", opener=_opener)


def _opener(path: str, flags: int) -> int:
    """Somebody else's log may be a FIFO, or a link to what never ends; /dev/fd/3 is our own."""
    return os.open(path, flags) if path.startswith("/dev/") else open_regular(path, flags)


def _file_entries(file: IO[str] | None, path: str, complain: Complain) -> Iterator[Entry]:
    if file is None:
        return
    with file:
        number = 0
        try:
            for number, line in enumerate(lines_within(file), 1):
                entry = parsed(line)
                if entry is None:
                    complain(f"{path}:{number}", "is not a log entry")
                else:
                    yield entry
        except DAMAGED as error:
            complain(f"{path}:{number + 1}", str(error))


def parsed(line: str | bytes) -> Entry | None:
    """The entry that a line is; None if it is none."""
    try:
        entry = json.loads(line if isinstance(line, str) else str(line, "utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("time"), str):
        return None
    return entry if "version" in entry else _upgraded(entry)


def _upgraded(entry: Entry) -> Entry:
    """Version 1 had deliveries alone."""
    result = DELIVERED if entry.get("actions") else DISCARDED
    if entry.get("reject"):
        result = REJECTED
    return {"command": "deliver", "result": result, **entry}
