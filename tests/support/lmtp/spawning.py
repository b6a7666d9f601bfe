"""spawning: a spawner and a worker's end of it, in the process of the test."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from typing import Any

from maildrop_py.lmtp.processes.process_limits import ProcessLimits
from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
from maildrop_py.lmtp.processes.recipient_program import command_line
from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from maildrop_py.lmtp.processes.spawner import Policy, Spawner, channel
from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.server.reactor import Reactor


class SpawnerAndWorker:
    """A worker's loop and its processes; `ask` waits for the replies to several requests."""

    def __init__(
        self,
        function: str = "main",
        resources: ResourceLimits | None = None,
        refused: tuple[int, ...] = (),
        **limits: Any,
    ) -> None:
        command = command_line("tests.support.lmtp.recipient", function)
        policy = Policy(tuple(command), refused=refused, limits=resources or ResourceLimits())
        self.mine, theirs = channel()
        self.spawner = os.fork()
        if self.spawner == 0:
            self.mine.close()
            Spawner([theirs], policy).run()
            os._exit(0)
        theirs.close()
        self.log: list[str] = []
        self.reactor = Reactor()
        self.processes = RecipientProcesses(
            self.reactor, self.mine, ProcessLimits(**limits), self.log.append
        )

    def ask(self, *requests: tuple[int, str], seconds: float = 60) -> list[Any]:
        """The replies' texts, or what was JSON in them; a Reply where it is not 250."""
        replies: list[Any] = [...] * len(requests)

        def done(index: int, reply: Reply) -> None:
            replies[index] = _plain(reply)
            if ... not in replies:
                self.reactor.stop()

        self.reactor._running = True
        with tempfile.TemporaryFile() as file:
            file.write(b"the message")
            file.flush()

            def send() -> None:
                for index, (uid, data) in enumerate(requests):
                    self.processes.send(
                        *((uid, uid), (data.encode(),), (file.fileno(),)),
                        time.monotonic() + seconds,
                        lambda reply, i=index: done(i, reply),  # type: ignore[misc]
                    )

            self.reactor.soon(send)
            self.reactor.run()
        return replies

    def close(self) -> None:
        """End the spawner, and so its processes."""
        os.kill(self.spawner, signal.SIGTERM)
        os.waitpid(self.spawner, 0)
        self.mine.close()
        self.reactor.close()


def _plain(reply: Reply) -> Any:
    if reply.code != 250:
        return reply
    return json.loads(reply.text) if reply.text[:1] == "{" else reply.text
