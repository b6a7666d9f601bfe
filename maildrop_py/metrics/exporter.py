"""exporter: a process that tells whoever asks by HTTP what the server has counted.

It answers GET /metrics, each client within PATIENCE seconds, and runs as the account that the
workers run as. It listens on a loopback address or a Unix socket and nowhere else: the figures are
for those on this machine. A client that is silent holds up nobody; with more than CLIENTS, the one
that came first is closed.
"""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress

from maildrop_py import __version__
from maildrop_py.errors import UsageError
from maildrop_py.lmtp.listening import ANY, listener_at
from maildrop_py.metrics.openmetrics import CONTENT_TYPE, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.server.listeners import Listener
    from maildrop_py.metrics.counters import Counters

PATIENCE = 2.0  # seconds
CLIENTS = 32
SLOWEST = 0.2  # seconds for an answer, which is small enough for the kernel to take at once
LARGEST = 8192  # bytes of a request
PATHS = ("/metrics", "/")


def metrics_listener(place: str) -> Listener:
    """Listens on `place`, a path or ADDRESS:PORT of this machine. Raises UsageError."""
    try:
        return listener_at(place, 0o660, ANY, "metrics are")
    except OSError as error:
        raise UsageError(f"--metrics {place}: {error.strerror or error}") from error
    except UsageError as error:
        raise UsageError(f"--metrics {place}: {error}") from error


def export(listener: Listener, counters: Counters, beat: Callable[[], None]) -> None:
    """Answer until the process is ended; `beat` is called about once a second."""
    asking: dict[int, _Asking] = {}
    while True:
        beat()
        ready = select.select([listener.socket, *(it.client for it in asking.values())], [], [], 1)
        for one in ready[0]:
            if one is listener.socket:
                with suppress(OSError):
                    client, _ = listener.socket.accept()
                    asking[client.fileno()] = _Asking(client)
            elif asking[one.fileno()].has_asked():
                with one, suppress(OSError):
                    _answer(one, asking.pop(one.fileno()).data, counters)
        now, too_many = time.monotonic(), len(asking) - CLIENTS
        for number, (descriptor, late) in enumerate([*asking.items()]):
            if now > late.until or number < too_many:
                del asking[descriptor]
                late.client.close()


class _Asking:
    """A client, what it has sent, and until when it may send the rest."""

    def __init__(self, client: socket.socket) -> None:
        client.setblocking(False)
        self.client, self.data = client, b""
        self.until = time.monotonic() + PATIENCE

    def has_asked(self) -> bool:
        """Read; whether the head of a request is there, or nothing more comes."""
        try:
            piece = self.client.recv(LARGEST)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self.data += piece
        ended = b"\r\n\r\n" in self.data or b"\n\n" in self.data
        return ended or not piece or len(self.data) > LARGEST


def _answer(client: socket.socket, request: bytes, counters: Counters) -> None:
    method, _, rest = request.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0].decode("latin-1")
    if method not in (b"GET", b"HEAD"):
        _send(client, "405 Method Not Allowed", "text/plain", "ask with GET\n", True)
    elif path not in PATHS:
        _send(client, "404 Not Found", "text/plain", "the figures are at /metrics\n", True)
    else:
        _send(client, "200 OK", CONTENT_TYPE, text_of(counters, __version__), method == b"GET")


def _send(client: socket.socket, status: str, kind: str, text: str, with_body: bool) -> None:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    client.settimeout(SLOWEST)
    client.sendall(f"{head}Connection: close\r\n\r\n".encode() + (body if with_body else b""))
