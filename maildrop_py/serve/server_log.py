"""server_log: what the server says about itself: where it listens, and what it did not deliver.

It goes to syslog (facility mail), to standard error, or to both. Without a choice:
to standard error where that is the journal; else to syslog where there is one, and
also to standard error where that is a terminal or where there is no syslog. So
there is always a place where one can see why.

Known limits: the same line is written at most once in REPEAT seconds.
"""

from __future__ import annotations

import os
import sys
import syslog
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.lmtp.reply import Reply

PLACES = ("auto", "syslog", "stderr", "both")
DEV_LOG = "/dev/log"
REPEAT = 10.0  # seconds
KEPT = 1000  # lines that are remembered for that
LONGEST = 900  # characters


class ServerLog:
    """Writes lines; raises nothing. `to` is one of PLACES."""

    def __init__(self, to: str, environ: Mapping[str, str]) -> None:
        journal = _is_journal(environ.get("JOURNAL_STREAM", ""))
        if to == "auto":
            has_syslog = os.path.exists(DEV_LOG)
            self._syslog = has_syslog and not journal
            self._stderr = journal or not has_syslog or os.isatty(2)
        else:
            self._syslog, self._stderr = to != "stderr", to != "syslog"
        self._prefix = journal
        self._written: dict[str, float] = {}

    def info(self, text: str) -> None:
        """Something that goes as it should."""
        self._write(syslog.LOG_INFO, text)

    def warning(self, text: str) -> None:
        """A limit that was reached, a process that was given up, and the like."""
        self._write(syslog.LOG_WARNING, text)

    def error(self, text: str) -> None:
        """A fault of this program or of its set-up."""
        self._write(syslog.LOG_ERR, text)

    def not_delivered(self, recipient: str, reply: Reply) -> None:
        """A recipient whose mail got a 4xx or 5xx reply; other replies are not written."""
        if reply.code // 100 == 2:
            return
        why = f"{reply.code} {reply.status} {reply.text}"
        if reply.code // 100 == 4:
            self.warning(f"<{recipient}> deferred: {why}")
        elif reply.code // 100 == 5:
            self.info(f"<{recipient}> refused: {why}")

    def _write(self, priority: int, text: str) -> None:
        line = "".join(char if char.isprintable() else "?" for char in text)[:LONGEST]
        if self._is_new(line):
            if self._syslog:
                syslog.openlog("maildrop-py", syslog.LOG_PID, syslog.LOG_MAIL)
                syslog.syslog(priority, line)
            if self._stderr:
                prefix = f"<{priority}>" if self._prefix else "maildrop-py: "
                with suppress(OSError, ValueError):  # whoever started us has closed it
                    print(f"{prefix}{line}", file=sys.stderr, flush=True)

    def _is_new(self, line: str) -> bool:
        now = time.monotonic()
        if now - self._written.get(line, -REPEAT) < REPEAT:
            return False
        if len(self._written) >= KEPT:
            self._written.clear()
        self._written[line] = now
        return True


def _is_journal(stream: str) -> bool:
    """Whether standard error is systemd's journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        found = os.fstat(2)
    except OSError:
        return False
    return stream == f"{found.st_dev}:{found.st_ino}"
