"""worker: one process that serves LMTP on sockets which are open already.

SIGTERM and SIGINT let sessions finish, SIGHUP calls the handler's `reload`.
"""

from __future__ import annotations

import gc
import signal

from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.listeners import Listener
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.server.server import Server
from maildrop_py.lmtp.session_settings import Limits, SessionSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.handler import Handler

    # Makes the handler in the worker: given the loop and the group commit.
    Open = Callable[[Reactor, GroupCommit], Handler]


GARBAGE = 20_000  # objects; a message leaves none that only the collector would find
ROUNDS = 50  # of it, before older objects are looked at too


class Worker:
    """The loop, the group commit and the server of one process.

    `name` is what the server calls itself in its greeting.
    """

    def __init__(
        self, listeners: list[Listener], open_handler: Open, name: str, limits: Limits | None = None
    ) -> None:
        self.reactor = Reactor()
        self.groups = GroupCommit(self.reactor, self._alone)
        self.handler = open_handler(self.reactor, self.groups)
        self.server = Server(self.reactor, SessionSettings(self.handler, name, limits), listeners)

    def run(self, beat: Callable[[], None] = lambda: None, grace: float = 30.0) -> None:
        """Serve until SIGTERM or SIGINT; `beat` is called about once a second."""
        self.reactor.ticks.append(beat)
        self._on(signal.SIGTERM, lambda: self.server.stop(grace))
        self._on(signal.SIGINT, lambda: self.server.stop(grace))
        self._on(signal.SIGHUP, self.handler.reload)
        beat()
        _collect_seldom()
        self.reactor.run()
        self.groups.close()
        self.reactor.end()

    def _on(self, number: signal.Signals, call: Callable[[], None]) -> None:
        signal.signal(number, lambda *_: self.reactor.soon(call))

    def _alone(self) -> bool:
        return len(self.server.connections) <= 1


def _collect_seldom() -> None:
    """Look for circles of references now and then, and not among what was there at the start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, ROUNDS, ROUNDS)
