"""hand_overs: the native hook as a Subject: alone, with a server, and the server itself.

As root the server delivers for root, which it never does otherwise.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from maildrop_py.set_up.hook_lines import GUARD
from tests.faults.cases import CASES
from tests.faults.deliveries import DONE, TRY_AGAIN, Deliveries
from tests.faults.home import TIMEOUT
from tests.faults.subject import Wrong

SERVER = Path(__file__).resolve().parents[1] / "support/hand_over.py"
ALONE, HOOK, BEHIND, OWN = "without a server", "with a server", "the server", "the user's own"
SERVERS = {BEHIND: "as we are", OWN: "own"}
"""Of which calls are made to fail, and how it is started."""


def hook_beside(command: Path) -> Path | None:
    """The native hook beside `command`, where one was built."""
    hook = command.with_name("maildrop-py-deliver")
    return hook if hook.exists() else None


class HandOvers(Deliveries):
    """One message through the hook; `what` of it is made to fail."""

    def __init__(self, command: Path, place: Path, what: str) -> None:
        self._what = what
        self._hook = hook_beside(command)
        self._runtime = place / "run"
        self._server: subprocess.Popen[bytes] | None = None
        super().__init__(command, place, CASES[0])
        self.name = f"hook: {what}"
        self.marker = "accept4(" if what in SERVERS else ""

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Hand the message over once."""
        if self._what != ALONE:
            self._start(under if self._what in SERVERS else ())
        try:
            return self._handed_over(() if self._what in SERVERS else under)
        finally:
            self._stop()

    def _handed_over(self, under: Sequence[str]) -> bool:
        runtime = shlex.quote(str(self._runtime))
        line = f"XDG_RUNTIME_DIR={runtime} {shlex.join(under)} {self._hook} {GUARD}"
        ran = self.home.run(line, self.case.message)
        if ran.returncode not in (DONE, TRY_AGAIN):
            raise Wrong(f"status {ran.returncode}: {ran.stderr[-300:]!r}")
        if ran.returncode == DONE and ran.stdout:
            raise Wrong(f"status 0, but it printed {ran.stdout[:100]!r}")
        return ran.returncode == DONE

    def _start(self, under: Sequence[str]) -> None:
        """Start the server and wait until it listens, or has failed to."""
        path = self._runtime / "maildrop-py/deliver"
        shutil.rmtree(self._runtime, ignore_errors=True)
        path.parent.mkdir(parents=True)
        how = SERVERS.get(self._what, "as we are")
        command = [*under, sys.executable, str(SERVER), str(path), "0", "20", how]
        self._server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        assert self._server.stderr is not None
        self._server.stderr.readline()

    def _stop(self) -> None:
        if self._server is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(subprocess.TimeoutExpired):
                with suppress(ProcessLookupError):
                    os.killpg(self._server.pid, number)
                self._server.communicate(timeout=TIMEOUT)
                break
        self._server = None
