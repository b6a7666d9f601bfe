"""A handler that keeps what it is given in memory, and a client without sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from maildrop_py.lmtp.address import EnvelopeAddress
from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.session import Session
from maildrop_py.lmtp.session_settings import Limits, SessionSettings
from maildrop_py.lmtp.transaction import Transaction

UNKNOWN_USER = Reply(550, "5.1.1", "No such user")


class Letter:
    """One message as the handler saw it."""

    def __init__(self, ledger: Ledger, transaction: Transaction) -> None:
        self.ledger = ledger
        self.recipients = list(transaction.recipients)
        self.envelope = transaction.envelope()
        self.smtputf8 = transaction.smtputf8
        self.text = b""
        self.aborted = False

    def write(self, piece: bytes) -> None:
        if self.ledger.write_error:
            raise self.ledger.write_error
        self.text += piece

    def abort(self) -> None:
        self.aborted = True

    def commit(self, done: Callable[[Sequence[Reply]], None]) -> None:
        self.ledger.delivered.append(self)
        done(self.answers())

    def answers(self) -> list[Reply]:
        return [Reply(250, "2.0.0", f"Delivered to {name}") for name in self.recipients]


class Ledger:
    """Accepts all recipients but those named `nobody`; `bug` upsets it."""

    def __init__(self) -> None:
        self.delivered: list[Letter] = []
        self.begun: list[Letter] = []
        self.seen: list[Exception] = []
        self.write_error: Exception | None = None

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | str:
        if address.local == "nobody":
            return UNKNOWN_USER
        if address.local == "bug":
            raise KeyError("bug")
        return address.text

    def begin(self, transaction: Transaction) -> Letter:
        self.begun.append(Letter(self, transaction))
        return self.begun[-1]

    def limit_reached(self, text: str) -> None:
        return

    def not_delivered(self, address: str, reply: Reply) -> None:
        return

    def unexpected(self, error: Exception) -> None:
        self.seen.append(error)


class Client:
    """Talks to a Session directly, committing at once."""

    def __init__(self, *, xforward: bool = False, **limits: float) -> None:
        self.ledger = Ledger()
        settings = SessionSettings(self.ledger, "mx.example", Limits(**limits))  # type: ignore[arg-type]
        self.session = Session(settings, xforward=xforward)

    def send(self, *pieces: bytes) -> bytes:
        """Everything the session answers to `pieces`."""
        return b"".join(self._send(piece) for piece in pieces)

    def lines(self, *commands: str) -> list[str]:
        """The replies to whole command lines, as text."""
        sent = b"".join(command.encode() + b"\r\n" for command in commands)
        return self.send(sent).decode().splitlines()

    def codes(self, *commands: str) -> list[str]:
        """Code and status of each reply's last line."""
        return [code_of(line) for line in self.lines(*commands) if line[3] == " "]

    def open(self, *recipients: str, sender: str = "a@example.org") -> None:
        """LHLO, MAIL and RCPTs that succeed."""
        names: Iterable[str] = recipients or ("b@example.org",)
        commands = ["LHLO c", f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{name}>" for name in names)]
        assert all(code[0] == "2" for code in self.codes(*commands))

    def _send(self, piece: bytes) -> bytes:
        out = self.session.receive(piece)
        while self.session.ending is not None:
            answers: list[Sequence[Reply]] = []
            self.session.commit(answers.append)
            out += self.session.committed(answers[0])
        return out


def code_of(line: str) -> str:
    """`250 2.1.0` of `250 2.1.0 OK`, `354` of a reply without status."""
    words = line.split()
    return " ".join(words[:2]) if words[1][:2] in ("2.", "4.", "5.") else words[0]
