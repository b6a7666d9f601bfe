"""talking: what an LMTP client says, cut anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from maildrop_py.lmtp.address import EnvelopeAddress
from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.session import Session
from maildrop_py.lmtp.session_settings import Limits, SessionSettings
from maildrop_py.lmtp.transaction import Transaction
from tests.faults.hostile.target import Target

_REPLY = re.compile(rb"[2345]\d\d[ -][^\r\n]*")


class _Letter:
    """A message that is taken and forgotten."""

    def __init__(self, recipients: int) -> None:
        self.recipients = recipients
        self.ended = 0

    def write(self, piece: bytes) -> None:
        assert not self.ended

    def abort(self) -> None:
        self.ended += 1

    def commit(self, done: Callable[[Sequence[Reply]], None]) -> None:
        self.ended += 1
        done([Reply(250, "2.0.0", "taken")] * self.recipients)


class _Handler:
    """Takes mail for everybody but `nobody`."""

    def __init__(self) -> None:
        self.letters: list[_Letter] = []
        self.errors: list[Exception] = []

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | str:
        return Reply(550, "5.1.1", "who?") if address.local == "nobody" else address.text

    def begin(self, transaction: Transaction) -> _Letter:
        self.letters.append(_Letter(len(transaction.recipients)))
        return self.letters[-1]

    def reload(self) -> None:
        """Nothing to read."""

    def limit_reached(self, text: str) -> None:
        return

    def not_delivered(self, address: str, reply: Reply) -> None:
        return

    def unexpected(self, error: Exception) -> None:
        self.errors.append(error)


def conversation(data: bytes) -> None:
    """Each reply is one, nothing unexpected happens, and every message ends once at most."""
    handler = _Handler()
    site = SessionSettings(handler, "mx.example", Limits(line=1000, message=100_000, recipients=50))
    talk(Session(site, xforward=True), data)
    assert not handler.errors, handler.errors
    assert all(letter.ended <= 1 for letter in handler.letters)


def talk(session: Session, data: bytes, settle: Callable[[], object] = lambda: None) -> bytes:
    """Say `data` in some fifty pieces; the replies. `settle` is called until a commit has ended."""
    said = session.greet()
    step = 1 + len(data) // 50
    for start in range(0, len(data), step):
        said += _send(session, data[start : start + step], settle)
        if session.closing:
            break
    session.abandon()
    assert said.endswith(b"\r\n") and all(map(_REPLY.fullmatch, said.split(b"\r\n")[:-1]))
    return said


def _send(session: Session, piece: bytes, settle: Callable[[], object]) -> bytes:
    said = session.receive(piece)
    while session.ending is not None:
        answers: list[Sequence[Reply]] = []
        failure = session.commit(answers.append)
        assert failure is None, failure
        while not answers:
            settle()
        said += session.committed(answers[0])
    return said


TARGETS = (
    Target(
        "lmtp",
        conversation,
        (
            *(
                b"LHLO c\r\n",
                b"MAIL FROM:<a@b>\r\n",
                b"RCPT TO:<b@x>\r\n",
                b"RCPT TO:<nobody@x>\r\n",
            ),
            *(
                b"DATA\r\n",
                b"\r\n.\r\n",
                b".\r\n",
                b"\n",
                b"\r",
                b"\r\n",
                b".",
                b"..",
                b"\0",
                b"\xff",
            ),
            *(
                b"RSET\r\n",
                b"QUIT\r\n",
                b"NOOP\r\n",
                b"VRFY x\r\n",
                b" BODY=8BITMIME",
                b" SMTPUTF8",
            ),
            *(
                b"XFORWARD NAME=x+20 ADDR=192.0.2.1 PROTO=ESMTP\r\n",
                b" SIZE=10",
                b"<",
                b">",
                b"@",
                b'"',
            ),
            *(b"BDAT 5 LAST\r\n", b"EHLO c\r\n", b"x" * 990, b"Subject: x\r\n\r\n"),
        ),
        growing=(
            b"x",
            b"\n",
            b"\r",
            b".",
            b"\r\n.",
            b"NOOP\r\n",
            b"RCPT TO:<b@x>\r\n",
            b".\r",
            b"..\r\n",
        ),
        before=b"LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@x>\r\nDATA\r\n",
    ),
)
