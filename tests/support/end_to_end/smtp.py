"""smtp: sends one message to a server on loopback, told exactly what the server said."""

from __future__ import annotations

import smtplib
import socket


def send(port: int, sender: str, recipients: str, message: bytes, client: dict[str, str]) -> str:
    """Send `message`, its lines ended by LF, and return the server's answer to it.

    `recipients` have blanks between them; `sender` is "" for the null sender; `client` are
    XCLIENT attributes (Postfix), to come from elsewhere: ADDR, NAME, HELO.
    Raises AssertionError with the reply when any step is refused.
    """
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test") as smtp:
        smtp.ehlo()
        if client:
            told = " ".join(f"{name}={value}" for name, value in client.items())
            _accepted(smtp.docmd("XCLIENT", told), 220)
            smtp.ehlo(client.get("HELO", "client.test"))
        _accepted(smtp.mail(sender), 250)
        for recipient in recipients.split():
            _accepted(smtp.rcpt(recipient), 250)
        return _accepted(smtp.data(message.replace(b"\n", b"\r\n")), 250)


def answers(port: int) -> bool:
    """Whether an SMTP server greets on `port`."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepted(reply: tuple[int, bytes], code: int) -> str:
    assert reply[0] == code, reply
    return reply[1].decode()
