"""past: what was asked before, from the policy's own log or from those of Postfix.

Files may be compressed, as logrotate leaves them. Reading raises OSError, with the file's name.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from maildrop_py.errors import UsageError
from maildrop_py.policy.log_reader import entries_of, is_about, logged_of
from maildrop_py.policy.maillog import MailLog
from maildrop_py.policy.replay import Logged
from maildrop_py.translation import text
from maildrop_py.unpacked import DAMAGED, unpacked_lines


def past_of(log: str | None, maillogs: Sequence[str]) -> list[Logged]:
    """The requests in Postfix's logs, or in the decision log; UsageError where none is named."""
    if maillogs:
        return past_of_maillogs(maillogs)
    if not log:
        raise UsageError(text("say what to go by: --log FILE, or --maillog FILE"))
    return past_of_log(log)


def past_of_log(path: str) -> list[Logged]:
    """The requests in the decision log at `path`, the oldest first. Raises OSError."""
    found = map(logged_of, entries_in(path))
    return sorted((one for one in found if one is not None), key=lambda one: one.time)


def past_of_maillogs(paths: Sequence[str]) -> list[Logged]:
    """The requests that Postfix's logs tell of; the files may be given in any order."""
    by_age = sorted(paths, key=lambda one: os.stat(one).st_mtime)
    log = MailLog(os.stat(by_age[-1]).st_mtime)
    for path in by_age:
        log.read(_lines(path))
    return log.finished()


def entries_about(path: str, wanted: str, last: int) -> list[dict[str, Any]]:
    """The `last` entries of the decision log about `wanted`, an address or a name.

    Of a session that is among them, the entry of its end is too. Raises OSError.
    """
    found: deque[dict[str, Any]] = deque(maxlen=last)
    sessions: set[str] = set()
    for entry in entries_in(path):
        is_end = entry.get("outcome") == "sent" and entry.get("session") in sessions
        if is_end or ("action" in entry and is_about(entry, wanted)):
            found.append(entry)
            if not is_end:
                sessions.add(str(entry.get("instance", "")).rpartition(".")[0])
    return list(found)


def entries_in(path: str) -> Iterator[dict[str, Any]]:
    """Every entry of the decision log at `path`; lines that are none are passed over."""
    yield from (entry for entry in entries_of(_lines(path)) if entry is not None)


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file, unpacked_lines(file) as lines:
            yield from lines
    except DAMAGED as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise OSError(errno.EIO, why or str(error), path) from error
