"""session: the LMTP protocol (RFC 2033) of one client, without sockets or clock.

Bytes in, replies out: `receive` takes what came, cut anywhere, and returns
what to send. Where a message ended, `ending` holds its sink; nothing more is
understood until `committed` has brought the replies, so the order of replies is
the order of commands even for a client that does not wait.

Offers PIPELINING (RFC 2920), ENHANCEDSTATUSCODES (2034), 8BITMIME (6152),
SMTPUTF8 (6531), SIZE (1870) and, to those allowed, XFORWARD. Memory held for a
client: one command line and the recipients it was granted.
"""

from __future__ import annotations

from maildrop_py.errors import MaildropError
from maildrop_py.lmtp.command_lines import CommandLines
from maildrop_py.lmtp.commands import obey
from maildrop_py.lmtp.data import DataReader
from maildrop_py.lmtp.fixed_replies import (
    GO_AHEAD,
    STOPPING,
    TIMED_OUT,
    TOO_BIG,
    TOO_MANY_ERRORS,
)
from maildrop_py.lmtp.reply import UNEXPECTED, Reply, answer_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from maildrop_py.lmtp.handler import MessageSink
    from maildrop_py.lmtp.session_settings import SessionSettings
    from maildrop_py.lmtp.transaction import Transaction
    from maildrop_py.lmtp.xforward import Origin


class Session:
    """One client's conversation.

    For the server: `ending`, the sink to commit, None while none is due;
    `closing`, nothing more is read: send what was returned, then close;
    `progress`, which grows with each command and message, so that a client
    that works can be distinguished from one that sends very slowly.
    """

    __slots__ = (
        "_draining",
        "_errors",
        "_lines",
        "_out",
        "_sink",
        "_text",
        "_verdict",
        "closing",
        "ending",
        "greeted",
        "handler",
        "origin",
        "progress",
        "settings",
        "transaction",
        "xforward",
    )

    def __init__(self, settings: SessionSettings, *, xforward: bool = False) -> None:
        self.settings, self.handler = settings, settings.handler
        self.xforward = xforward
        self.greeted = self.closing = self._draining = False
        self.progress = self._errors = 0
        self.origin: Origin = {}
        self.transaction: Transaction | None = None
        self.ending: MessageSink | None = None
        self._lines = CommandLines(settings.limits.line)
        self._out: list[bytes] = []
        self._text: DataReader | None = None
        self._sink: MessageSink | None = None
        self._verdict: Reply | None = None  # why the rest of the message is dropped

    # For the server

    def greet(self) -> bytes:
        """The banner, to be sent before anything is read."""
        return self.settings.banner

    def receive(self, data: bytes) -> bytes:
        """Take what the client sent; return what to send it, perhaps nothing.

        While `ending` is set, `data` is only kept: stop reading then.
        """
        if self._text is not None:
            self._take_text(data)
        else:
            self._lines.add(data)
        return self._advance()

    def commit(self, done: Callable[[Sequence[Reply]], None]) -> Reply | None:
        """Let the sink that is `ending` commit; a Reply if it raised instead."""
        sink, self._sink = self._sink, None
        assert sink is not None
        failure = self.attempt(sink.commit, done)
        if not isinstance(failure, Reply):
            return None
        self.handler.not_delivered("", failure)
        return failure

    def committed(self, replies: Sequence[Reply]) -> bytes:
        """Answer for the message that was `ending`; return what to send."""
        self.ending = None
        self._finish(replies)
        return self._advance()

    def drain(self) -> bytes:
        """Say goodbye now, or after the transaction that is under way."""
        self._draining = True
        if self.transaction is None:
            self.close_if_draining()
        return self._flush()

    def expire(self) -> bytes:
        """Say goodbye: the client took too long."""
        self.close(TIMED_OUT)
        return self._flush()

    def abandon(self) -> None:
        """The client is gone: forget the message, unless its commit has begun."""
        sink, self._sink = self._sink, None
        if sink is not None:
            self.attempt(sink.abort)
        self.reset()
        self.closing = True

    @property
    def receiving(self) -> bool:
        """Whether a message is coming in: after 354 and before the final dot."""
        return self._text is not None

    # For the commands

    def send(self, reply: bytes) -> None:
        """Answer with an encoded reply."""
        self._out.append(reply)

    def say(self, reply: Reply) -> None:
        """Answer."""
        transaction = self.transaction
        self._out.append(reply.encode(transaction is not None and transaction.smtputf8))

    def fail(self, reply: Reply) -> None:
        """Answer a command that makes no sense; too many of them end the session."""
        self._errors += 1
        if self._errors >= self.settings.limits.errors:
            self.limit_reached(f"{self._errors} commands that make no sense")
            self.close(TOO_MANY_ERRORS)
        else:
            self.say(reply)

    def close(self, reply: Reply) -> None:
        """Answer and end the session."""
        self.abandon()
        self.say(reply)

    def close_if_draining(self) -> None:
        """End the session if the server is stopping."""
        if self._draining and not self.closing:
            self.close(STOPPING)

    def limit_reached(self, text: str) -> None:
        """Let the operator know that this client reached a limit."""
        sender = self.transaction.sender if self.transaction else None
        self.handler.limit_reached(f"{text}, from <{sender.text if sender else ''}>")

    def reset(self) -> None:
        """Forget the transaction and who the mail came from."""
        self.transaction = self._text = self._verdict = None
        self.origin = {}

    def begin_text(self, sink: MessageSink) -> None:
        """Go ahead: what comes now is the message."""
        self._sink, self._text, self._verdict = sink, DataReader(), None
        self._out.append(GO_AHEAD)

    def attempt(self, step: Callable[..., Any], *arguments: object) -> Any:
        """What the handler's `step` returns, or the Reply for what it raised.

        The one place where everything is caught: a message that upsets the
        handler must cost neither the other recipients nor the other sessions.
        """
        try:
            return step(*arguments)
        except Exception as error:  # noqa: BLE001
            if not isinstance(error, (MaildropError, OSError)):
                self.handler.unexpected(error)
            return answer_to(error)

    # Within

    def _advance(self) -> bytes:
        take = self._lines.take
        while self._text is None and self.ending is None and not self.closing:
            line = take()
            if line is None:
                break
            self.progress += 1
            if isinstance(line, Reply):
                self.fail(line)
            else:
                obey(self, line)
            if self._text is not None and (data := self._lines.rest()):
                self._take_text(data)
        return self._flush()

    def _flush(self) -> bytes:
        out = self._out
        sent = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        return sent

    def _take_text(self, data: bytes) -> None:
        text = self._text
        assert text is not None
        piece, rest = text.feed(data)
        if piece and self._verdict is None:
            self._keep(piece, text.size)
        if rest is not None:
            self._lines.add(rest)
            self._end_text()

    def _keep(self, piece: bytes, size: int) -> None:
        sink, limit = self._sink, self.settings.limits.message
        assert sink is not None
        if limit and size > limit:
            self.limit_reached(f"a message of more than {limit} bytes")
        failure = TOO_BIG if limit and size > limit else self.attempt(sink.write, piece)
        if isinstance(failure, Reply):
            self._verdict, self._sink = failure, None
            self.handler.not_delivered("", failure)
            self.attempt(sink.abort)

    def _end_text(self) -> None:
        self._text = None
        self.progress += 1
        if self._verdict is None:
            self.ending = self._sink
        else:
            assert self.transaction is not None
            self._finish([self._verdict] * len(self.transaction.recipients))

    def _finish(self, replies: Sequence[Reply]) -> None:
        transaction = self.transaction
        if transaction is None:  # the client has gone meanwhile
            return
        if len(replies) != len(transaction.recipients):
            replies = [UNEXPECTED] * len(transaction.recipients)
        self._out.extend([reply.encode(transaction.smtputf8) for reply in replies])
        self._errors = 0
        self.reset()
        self.close_if_draining()
