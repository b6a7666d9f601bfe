"""lmtp_client: the mail server's part of LMTP: one reply for each recipient, and what it means.

Does not use the program's own LMTP code, so that a mistake made there is not
made here again.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from types import TracebackType

from tests.faults.subject import Wrong

SENDER = "anna@example.org"
PATIENCE = 60.0  # seconds for one reply; far beyond what a traced server takes


class Answer(Enum):
    """What a client knows of one recipient of its message."""

    DONE = "done"
    DEFERRED = "deferred"  # 4xx, or the message was never complete
    UNANSWERED = "unanswered"  # complete, and then the connection was lost, or who delivers


class Lost(Exception):
    """The server has closed the connection."""


class Client:
    """One connection; `said` is the last reply, `lost` whether it has been closed.

    A refusal for good, nonsense, or silence for PATIENCE raises Wrong.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._unread = b""
        self.said = b""
        self.lost = False
        try:
            self._socket.connect(str(path))
            self._greet()
        except (Lost, OSError) as error:
            self._lose(error)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def hand_over(
        self, message: bytes, recipients: Sequence[str], origin: str = ""
    ) -> dict[str, Answer]:
        """One message. `origin` are XFORWARD's attributes."""
        outcomes = dict.fromkeys(recipients, Answer.DEFERRED)
        if not self.lost:
            try:
                self._hand_over(message, outcomes, origin)
            except (Lost, OSError) as error:
                self._lose(error)
        return outcomes

    def _hand_over(self, message: bytes, outcomes: dict[str, Answer], origin: str) -> None:
        commands = [f"XFORWARD {origin}"] if origin else []
        commands.append(f"MAIL FROM:<{SENDER}>")
        commands += [f"RCPT TO:<{recipient}>" for recipient in outcomes]
        self._say("".join(f"{command}\r\n" for command in [*commands, "DATA"]).encode())
        answers = [self._answer() for _ in commands][-len(outcomes) :]
        accepted = [user for user, answer in zip(outcomes, answers, strict=True) if answer == "2"]
        if self._answer("5" if not accepted else "4") != "3":
            return
        self._say(stuffed(message))
        outcomes.update(dict.fromkeys(accepted, Answer.UNANSWERED))
        for recipient in accepted:
            answer = self._answer()
            outcomes[recipient] = Answer.DONE if answer == "2" else self._why_not()

    def _why_not(self) -> Answer:
        """If the recipient process was lost, the server knows no more than we do."""
        return (
            Answer.UNANSWERED if b"process that delivers was lost" in self.said else Answer.DEFERRED
        )

    def _greet(self) -> None:
        if self._answer() != "2":
            raise Lost
        self._say(b"LHLO client.example\r\n")
        self._answer()

    def _say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def _answer(self, worst: str = "4") -> str:
        """The first digit of a reply; DATA for nobody may be refused with 5."""
        while True:
            line = self._line()
            if line[3:4] != b"-":
                break
        self.said = line
        if not b"2" <= line[:1] <= worst.encode():
            raise Wrong(f"it said {line[:200]!r}")
        return line[:1].decode()

    def _line(self) -> bytes:
        while b"\r\n" not in self._unread:
            more = self._socket.recv(65536)
            if not more:
                raise Lost
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\r\n")
        return line

    def _lose(self, error: Exception) -> None:
        self.lost = True
        self._socket.close()
        if isinstance(error, TimeoutError):
            raise Wrong("it hung") from error


def stuffed(message: bytes) -> bytes:
    """A message as it goes over the wire (RFC 5321 4.5.2), final dot included."""
    text = b"\r\n" + message.replace(b"\n", b"\r\n")
    return text.replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def hand_over(path: Path, message: bytes, recipients: Sequence[str]) -> dict[str, Answer]:
    """One message in a session of its own."""
    with Client(path) as client:
        return client.hand_over(message, recipients)
