"""connection: moves bytes between one client's socket and its Session.

Backpressure: nothing is read while a reply cannot be sent or a message is
being committed, so a client can make the server hold one read (64 KiB) and
the replies to it, whatever it sends. A client that stops reading, vanishes or
sends very slowly costs only its own connection, until its deadline.
"""

from __future__ import annotations

from functools import partial
from socket import MSG_DONTWAIT, MSG_NOSIGNAL

from maildrop_py.lmtp.server.reactor import GONE, READ, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from maildrop_py.lmtp.handler import MessageSink
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.session import Session

PIECE = 64 * 1024
NEVER = float("inf")
SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL
UNWATCHED = -1


class Connection:
    """One client. `deadline` is when it will have been too slow, in monotonic seconds."""

    __slots__ = (
        "_answers",
        "_closed",
        "_committing",
        "_fd",
        "_message_deadline",
        "_on_close",
        "_progress",
        "_reactor",
        "_socket",
        "_unsent",
        "_watched",
        "deadline",
        "quiet_since",
        "session",
    )

    def __init__(
        self,
        client: socket.socket,
        session: Session,
        reactor: Reactor,
        on_close: Callable[[Connection], None],
    ) -> None:
        self._socket, self._fd = client, client.fileno()
        self._reactor, self._on_close = reactor, on_close
        self.session = session
        self._unsent = b""
        self._closed = self._committing = False
        self._answers: Sequence[Reply] | None = None
        self._progress = -1
        self.deadline = self._message_deadline = NEVER
        self.quiet_since = reactor.now
        self._watched = READ

    def start(self) -> None:
        """Greet the client and read what it says."""
        self._reactor.watch(self._fd, READ, self._ready)
        self._proceed(self.session.greet())

    def drain(self) -> None:
        """The server is stopping: close now, or after the message under way."""
        if self.session.ending is None:
            self._proceed(self.session.drain())
        else:
            self.session.drain()

    def expire(self) -> None:
        """The deadline has passed: say so to a client that listens."""
        if self._unsent:
            self.close()
        else:
            self._proceed(self.session.expire())

    def close(self) -> None:
        """Close the socket, and forget the message if it is not complete."""
        if self._closed:
            return
        self._closed = True
        if self._watched != UNWATCHED:
            self._reactor.forget(self._fd)
        self._socket.close()
        self.session.abandon()
        self._on_close(self)

    def _ready(self, events: int) -> None:
        if events & READ and self._watched & READ:
            if self.session.ending is None:
                self._read()
            else:
                self._watch()  # it talks before its turn, or has gone
        elif events & WRITE:
            self._proceed(b"")
        elif events & GONE:
            self._gone()

    def _read(self) -> None:
        try:
            data = self._socket.recv(PIECE, MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._proceed(self.session.receive(data))
        else:
            self.close()

    def _gone(self) -> None:
        """A complete message is still delivered, though nobody will hear of it."""
        if self.session.ending is None:
            self.close()
        elif self._watched != UNWATCHED:
            self._reactor.forget(self._fd)
            self._watched = UNWATCHED

    def _proceed(self, replies: bytes) -> None:
        """Send, commit what is complete, and go on until the client has to."""
        session = self.session
        while self._send(replies):
            if session.ending is None:
                self._set_deadline()
                break
            answers = self._commit(session.ending)
            if answers is None:
                break
            replies = session.committed(answers)

    def _commit(self, sink: MessageSink) -> Sequence[Reply] | None:
        """Let the handler commit; its answers if it has them at once."""
        self.deadline = NEVER  # from here the time is the handler's
        self._answers, self._committing = None, True
        failure = self.session.commit(partial(self._committed, sink))
        self._committing = False
        if failure is not None and self._answers is None:
            transaction = self.session.transaction
            return [failure] * len(transaction.recipients) if transaction else []
        return self._answers

    def _committed(self, sink: MessageSink, answers: Sequence[Reply]) -> None:
        if self._closed or self.session.ending is not sink:
            return
        if self._committing:
            self._answers = answers
        else:
            self._proceed(self.session.committed(answers))

    def _send(self, replies: bytes) -> bool:
        """Send what can be sent now; False when the connection is closed."""
        if self._closed:
            return False
        data = self._unsent + replies if self._unsent else replies
        if data:
            try:
                sent = self._socket.send(data, SEND_FLAGS)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.close()
                return False
            self._unsent = data[sent:]
        if self.session.closing and not self._unsent:
            self.close()
        elif self._unsent or self._watched != READ:
            self._watch()
        return not self._closed

    def _watch(self) -> None:
        """Read only when it is the client's turn."""
        reading = self.session.ending is None and not self._unsent
        wanted = (READ if reading else 0) | (WRITE if self._unsent else 0)
        if self._watched == UNWATCHED:
            self.close()
        elif wanted != self._watched:
            self._watched = wanted
            self._reactor.change(self._fd, wanted)

    def _set_deadline(self) -> None:
        session, now, limits = self.session, self._reactor.now, self.session.settings.limits
        if session.progress != self._progress:
            self._progress = session.progress
            self.quiet_since = now
            wait = limits.command_seconds
            if not session.progress:
                wait = min(wait, limits.greeting_seconds)
            self.deadline = now + wait
            self._message_deadline = now + limits.message_seconds
        if session.receiving:
            self.deadline = min(now + limits.text_seconds, self._message_deadline)
