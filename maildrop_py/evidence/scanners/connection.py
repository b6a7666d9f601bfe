"""connection: a stream to a scanner, with an end to all waiting.

Addresses are `unix:/path`, `host:port`, `[::1]:port` or an http URL of these.

Guarantee: no call waits beyond the budget, and no answer is longer than MOST.
Reports: NoAnswer for whatever keeps an answer from coming.

Known limits: no TLS. The answer is read even where the scanner no longer takes the
message: it says why there.
"""

from __future__ import annotations

import socket

from maildrop_py.evidence.scanners.answer import NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

    from maildrop_py.evidence.budget import Budget

    Place = tuple[int, Any]  # family, and what to connect to

MOST = 1 << 20  # bytes of an answer
_PIECE = 1 << 16


class Connection:
    """A connection to the scanner at `address`; to be used in a `with`."""

    def __init__(self, address: str, port: int, budget: Budget) -> None:
        self._budget = budget
        try:
            self._socket = _connected(address, port, self._left)
        except OSError as error:
            raise NoAnswer(f"{address}: {why(error)}") from None
        except ValueError:  # a NUL in a path, a label of 64 letters
            raise NoAnswer(f"{address}: is no address") from None
        self._refused = False

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send `data`; what a scanner no longer takes is left out, and its answer is read."""
        if self._refused:
            return
        view = memoryview(data)
        try:
            while view:
                self._socket.settimeout(self._left())
                view = view[self._socket.send(view[:_PIECE]) :]
        except TimeoutError:
            raise NoAnswer("it takes no more of the message") from None
        except OSError:
            self._refused = True

    def end(self) -> None:
        """Nothing more will be sent."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._refused = True

    def receive(self) -> bytes:
        """Some bytes more; b"" at the end."""
        try:
            self._socket.settimeout(self._left())
            return self._socket.recv(_PIECE)
        except OSError as error:
            raise NoAnswer(why(error)) from None

    def receive_until(self, mark: bytes, data: bytes = b"") -> bytes:
        """All bytes through the first `mark`, and what came with them; or through the end."""
        while mark not in data:
            more = self.receive()
            if not more:
                break
            data += more
            if len(data) > MOST:
                raise NoAnswer("its answer is too long")
        return data

    def receive_all(self, data: bytes, size: int | None) -> bytes:
        """`size` bytes, `data` among them; without a size all bytes to the end."""
        pieces, got = [data], len(data)
        while size is None or got < size:
            more = self.receive()
            if not more:
                break
            pieces.append(more)
            got += len(more)
            if got > MOST:
                raise NoAnswer("its answer is too long")
        if size is not None and got < size:
            raise NoAnswer("its answer was cut off")
        return b"".join(pieces)

    def _left(self) -> float:
        left = self._budget.left()
        if left <= 0:
            raise NoAnswer("no answer in time")
        return left


def why(error: OSError) -> str:
    """An error of a socket in words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or str(error) or type(error).__name__


def content_length(headers: list[str]) -> int | None:
    """What a field Content-Length says; None without one that makes sense."""
    for line in headers:
        name, _, value = line.partition(":")
        digits = value.strip()
        if name.lower() == "content-length" and digits.isascii() and digits.isdigit():
            return int(digits[:20])
    return None


def _connected(address: str, port: int, left: Callable[[], float]) -> socket.socket:
    address = address.removeprefix("http://").rstrip("/")
    if address.startswith("unix:"):
        places: list[Place] = [(socket.AF_UNIX, address.removeprefix("unix:"))]
    else:
        places = _addresses(*parsed(address, port), left())
    for number, (family, place) in enumerate(places):
        found = socket.socket(family)
        try:
            found.settimeout(left() / (len(places) - number))
            found.connect(place)
            return found
        except OSError:
            found.close()
            if number == len(places) - 1:
                raise
    raise OSError("the name has no address")


def _addresses(host: str, port: int, seconds: float) -> list[Place]:
    """Where `host` is. The system's resolver knows no time limit, so a thread asks it."""
    from threading import Thread

    found: list[Place] = []
    failed: list[OSError | ValueError] = []

    def resolve() -> None:
        try:
            for family, *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, place))
        except (OSError, ValueError) as error:
            failed.append(error)

    if host.replace(".", "").isdigit() or ":" in host:
        resolve()
    else:
        thread = Thread(target=resolve, daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            raise TimeoutError
    if failed:
        raise failed[0]
    return found


def parsed(address: str, port: int) -> tuple[str, int]:
    """Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`; ValueError for others."""
    if address.startswith("["):
        host, bracket, behind = address[1:].partition("]")
        if not bracket or (behind and not behind.startswith(":")):
            raise ValueError(address)
        text = behind[1:]
    else:
        host, _, text = address.partition(":")
    if not host or (text and not (text.isascii() and text.isdigit() and 0 < int(text) < 65536)):
        raise ValueError(address)
    return host, int(text) if text else port
