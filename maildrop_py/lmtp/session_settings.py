"""session_settings: what all sessions of one server share."""

from __future__ import annotations

from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.xforward import ATTRIBUTES
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.handler import Handler


@record
class Limits:
    """What one client may ask for. Sizes in bytes, times in seconds.

    `greeting_seconds` bounds the wait for the first command, `command_seconds` for
    each whole command after it, however slowly it comes;
    `text_seconds` the wait for the next piece of a message; `message_seconds` a
    whole message. RFC 5321 4.5.3.2.7 asks for 300 s between commands at least.
    """

    line: int = 2048  # a command with its CR LF; RFC 5321 4.5.3.1.4 asks for 512
    message: int = 100 * 1024 * 1024  # 0: no limit
    recipients: int = 1000  # RFC 5321 4.5.3.1.8 asks for 100
    errors: int = 20  # since the last message that was taken
    sessions: int = 200  # in one process
    sessions_of_uid: int = 200  # of one local user, on a Unix socket
    greeting_seconds: float = 30.0
    command_seconds: float = 300.0
    text_seconds: float = 180.0
    message_seconds: float = 3600.0


class SessionSettings:
    """The handler, the name the server gives itself, its limits, its greeting."""

    def __init__(self, handler: Handler, name: str = "localhost", limits: Limits | None = None):
        self.handler = handler
        self.limits = limits or Limits()
        self.banner = Reply(220, "", f"{name} LMTP ready").encode()
        offers = [name, "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        offers.append(f"SIZE {self.limits.message}")
        self.offers = _multiline(offers)
        self.offers_xforward = _multiline([*offers, f"XFORWARD {' '.join(ATTRIBUTES)}"])


def _multiline(words: list[str]) -> bytes:
    lines = [f"250-{word}\r\n" for word in words[:-1]] + [f"250 {words[-1]}\r\n"]
    return "".join(lines).encode()
