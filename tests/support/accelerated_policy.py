"""accelerated_policy: the policy service on a clock that runs FACTOR times as fast.

    python -m tests.support.accelerated_policy FACTOR POLICY STATE SOCKET

A wait in the tarpit, which the mail server carries out on its own clock, is as much shorter.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any

from maildrop_py.lmtp.server.listeners import listen_unix
from maildrop_py.policy import answerer
from maildrop_py.policy.service import Setting, Worker
from maildrop_py.policy.tarpits import Shared


class Fast:
    """The clocks of this machine, faster from now on."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._began, self._ticked = time.time(), time.monotonic()

    def time(self) -> float:
        return self._began + (time.time() - self._began) * self._factor

    def monotonic(self) -> float:
        return self._ticked + (time.monotonic() - self._ticked) * self._factor


def main(factor: float, policy: str, state: str, socket: str) -> None:
    told: Any = answerer.action_of

    def shortened(*given: Any) -> str:
        action: str = told(*given)
        verb, _, seconds = action.partition(" ")
        return f"SLEEP {math.ceil(int(seconds) / factor)}" if verb == "SLEEP" else action

    answerer.action_of = shortened
    setting = Setting(policy, state, f"{state}/policy.jsonl", 1, (listen_unix(socket, 0o666),))
    Worker(setting, 0, Shared(1), lambda line: print(line, file=sys.stderr), Fast(factor)).run()


if __name__ == "__main__":
    main(float(sys.argv[1]), *sys.argv[2:])
