"""redis_client: the little of Redis's protocol (RESP2) that a shared store takes.

A command goes out, its reply is waited for; several go out together and cost one round
trip. Works with Redis 7 and Valkey, over a Unix socket or TCP.

Reports: Away, in words, for whatever keeps an answer from coming in time: no server, no
reply, one that makes no sense. After that the connection is closed, since a late reply
would be taken for another's. An error that the server replies is a value, RedisError.

Known limits: no TLS, no clusters; a password stands in the address (`redis://:pw@host`).
"""

from __future__ import annotations

import socket
import time

from maildrop_py.errors import MaildropError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Reply = Any  # bytes, int, None, RedisError or a list of these

PATIENCE = 0.2  # seconds for all replies together
PORT = 6379
DEEPEST = 4  # arrays in arrays
MOST = 512 * 1024 * 1024  # bytes of one value: Redis's own limit
MOST_ITEMS = 1_000_000  # of one array: far more than is ever asked for


class Away(MaildropError):
    """The server did not answer; the text says why."""


class RedisError:
    """What a server replies instead of doing what it was told."""

    def __init__(self, text: str) -> None:
        self.text = text


class RedisClient:
    """One connection to the server at `address`, which is made when it is needed."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self._place, self._password = _parsed(address)
        self._patience = patience
        self._socket: socket.socket | None = None
        self._data = b""
        self._deadline = 0.0

    def ask(self, *commands: tuple[bytes | str | int, ...]) -> list[Reply]:
        """The reply to each of `commands`, in order; raises Away."""
        self._deadline = time.monotonic() + self._patience
        try:
            if self._socket is None:
                self._connect()
            assert self._socket is not None
            self._socket.settimeout(self._left())
            self._socket.sendall(b"".join(map(_written, commands)))
            return [self._reply() for _ in commands]
        except (OSError, ValueError) as error:
            self.close()
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Away(f"the store does not answer: {why}") from None

    def close(self) -> None:
        """Close the connection; the next question makes a new one."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._data = None, b""

    def _connect(self) -> None:
        family = socket.AF_UNIX if isinstance(self._place, str) else socket.AF_INET
        if isinstance(self._place, tuple) and ":" in self._place[0]:
            family = socket.AF_INET6
        connected = socket.socket(family)
        try:
            connected.settimeout(self._left())
            connected.connect(self._place)
            if not isinstance(self._place, str):
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            connected.close()
            raise
        self._socket = connected
        if self._password:
            connected.sendall(_written(("AUTH", self._password)))
            said = self._reply()
            if isinstance(said, RedisError):
                raise ValueError(said.text)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no reply in time")
        return left

    def _reply(self, depth: int = 0) -> Reply:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RedisError(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self._bulk(int(rest))
        if kind == b"*":
            if depth > DEEPEST or int(rest) > MOST_ITEMS:
                raise ValueError("what it says is nested too deeply, or too long")
            return None if int(rest) < 0 else [self._reply(depth + 1) for _ in range(int(rest))]
        raise ValueError("what it says is not Redis's protocol")

    def _bulk(self, size: int) -> bytes | None:
        if size < 0:
            return None
        if size > MOST:
            raise ValueError("a value is too long")
        while len(self._data) < size + 2:
            self._more()
        value, self._data = self._data[:size], self._data[size + 2 :]
        return value

    def _line(self) -> bytes:
        while (end := self._data.find(b"\r\n")) < 0:
            if len(self._data) > 65536:
                raise ValueError("what it says is not Redis's protocol")
            self._more()
        line, self._data = self._data[:end], self._data[end + 2 :]
        return line

    def _more(self) -> None:
        assert self._socket is not None
        self._socket.settimeout(self._left())
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("it closed the connection")
        self._data += data


def _written(words: tuple[bytes | str | int, ...]) -> bytes:
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode("utf-8", "replace")
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def _parsed(address: str) -> tuple[str | tuple[str, int], str]:
    """The path of a socket, or host and port; and the password, "" for none."""
    rest = address.removeprefix("redis://")
    before, at, behind = rest.rpartition("@")
    password = before.lstrip(":") if at else ""
    place = behind if at else rest
    if place.startswith("/"):
        return place, password
    place = place.partition("/")[0]
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        return (host, int(port.lstrip(":") or PORT)), password
    host, _, port = place.partition(":")
    return (host, int(port or PORT)), password
