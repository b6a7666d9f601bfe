"""user_process: one user's recipient process as its worker sees it, and its messages."""

from __future__ import annotations

import socket
from collections import deque

from maildrop_py.lmtp.processes.answer import LARGEST_ANSWER, read_answer
from maildrop_py.lmtp.processes.recipient_program import BATCH
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.reply import Reply

    Done = Callable[[Reply], None]

NEVER = float("inf")


@record
class Order:
    """One message to be delivered. `deadline` is a time.monotonic() value."""

    data: bytes
    files: tuple[int, ...]
    done: Done
    deadline: float


class UserProcess:
    """One user's process: wanted (`ticket` is 0), started, ready, or being ended."""

    __slots__ = (
        "believed",
        "deadline",
        "idle_since",
        "key",
        "ready",
        "sent",
        "socket",
        "ticket",
        "waiting",
    )

    def __init__(self, key: tuple[int, int]) -> None:
        self.key = key
        self.ticket = 0
        self.socket: socket.socket | None = None
        self.ready = False
        self.believed = True  # until it sends something that is not an answer
        self.waiting: deque[Order] = deque()
        self.sent: deque[Order] = deque()  # and not answered yet
        self.idle_since = 0.0
        self.deadline = NEVER

    @property
    def messages(self) -> int:
        """How many wait or are being delivered."""
        return len(self.waiting) + len(self.sent)

    @property
    def idle(self) -> bool:
        """Whether it runs and has nothing to do."""
        return self.ready and not self.messages

    def send_waiting(self) -> None:
        """Send as much as it takes now. Raises OSError when its channel is broken."""
        assert self.socket is not None
        while self.waiting and len(self.sent) < BATCH:
            order = self.waiting[0]
            try:
                socket.send_fds(self.socket, [order.data], list(order.files))
            except BlockingIOError:
                return  # goes on when something is answered
            self.sent.append(self.waiting.popleft())

    def receive(self) -> bytes | None:
        """What it sent; empty when it has ended, None when there is nothing yet."""
        assert self.socket is not None
        try:
            return self.socket.recv(LARGEST_ANSWER + 1)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def take_orders(self) -> tuple[list[Order], list[Order]]:
        """What was sent and not answered, and what waits; the process keeps neither."""
        sent, waiting = [*self.sent], [*self.waiting]
        self.sent.clear()
        self.waiting.clear()
        return sent, waiting

    def last_replies(self) -> list[Reply]:
        """The replies that it sent before it died and that nobody has read yet."""
        replies: list[Reply] = []
        listening = self.socket is not None and self.ready and self.believed
        while listening and len(replies) < len(self.sent):
            reply = read_answer(self.receive() or b"")
            if reply is None:
                break
            replies.append(reply)
        return replies
