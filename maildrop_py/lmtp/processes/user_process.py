"""user_process: one user's recipient process as its worker sees it, and its messages."""

from __future__ import annotations

import socket
from collections import deque
from itertools import islice

from maildrop_py.lmtp.processes.answer import LARGEST_PACKET as LARGEST_ANSWERS
from maildrop_py.lmtp.processes.answer import read_answers
from maildrop_py.lmtp.processes.recipient_program import BATCH, HEAD, LARGEST_PACKET, MOST_FILES
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.reply import Reply

    Done = Callable[[Reply], None]

NEVER = float("inf")


@record
class Order:
    """One message to be delivered. `deadline` is a time.monotonic() value.

    `data` is in pieces, which need not be joined.
    """

    data: tuple[bytes, ...]
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
            orders = self._next_packet()
            pieces = [piece for order in orders for piece in (_head(order), *order.data)]
            files = [file for order in orders for file in order.files]
            try:
                if files:
                    socket.send_fds(self.socket, pieces, files)
                else:
                    self.socket.sendmsg(pieces)
            except BlockingIOError:
                return  # goes on when something is answered
            for _ in orders:
                self.sent.append(self.waiting.popleft())

    def _next_packet(self) -> list[Order]:
        """The first of those that wait, as many as one packet takes."""
        orders: list[Order] = []
        size = files = 0
        for order in islice(self.waiting, BATCH - len(self.sent)):
            size += HEAD.size + sum(map(len, order.data))
            files += len(order.files)
            if orders and (size > LARGEST_PACKET or files > MOST_FILES):
                break
            orders.append(order)
        return orders

    def receive(self) -> bytes | None:
        """What it sent; empty when it has ended, None when there is nothing yet."""
        assert self.socket is not None
        try:
            return self.socket.recv(LARGEST_ANSWERS + 1)
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
            more = read_answers(self.receive() or b"", len(self.sent) - len(replies))
            if more is None:
                break
            replies += more
        return replies


def _head(order: Order) -> bytes:
    return HEAD.pack(sum(map(len, order.data)), len(order.files))
