"""exporter: a process that tells whoever asks by HTTP what the server has counted.

It answers GET /metrics, one client after the other, each within PATIENCE seconds, and runs as
the account that the workers run as. It listens on a loopback address or a Unix socket and nowhere
else: the figures are for those on this machine.
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
    while True:
        beat()
        if select.select([listener.socket], [], [], 1.0)[0]:
            with suppress(OSError):
                client, _ = listener.socket.accept()
                with client:
                    _answer(client, counters)


def _answer(client: socket.socket, counters: Counters) -> None:
    request = _request(client)
    method, _, rest = request.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0].decode("latin-1")
    if method not in (b"GET", b"HEAD"):
        _send(client, "405 Method Not Allowed", "text/plain", "ask with GET\n", True)
    elif path not in PATHS:
        _send(client, "404 Not Found", "text/plain", "the figures are at /metrics\n", True)
    else:
        _send(client, "200 OK", CONTENT_TYPE, text_of(counters, __version__), method == b"GET")


def _request(client: socket.socket) -> bytes:
    """The head of a request, as far as it came in time."""
    data = b""
    until = time.monotonic() + PATIENCE
    while b"\r\n\r\n" not in data and b"\n\n" not in data and len(data) < LARGEST:
        left = until - time.monotonic()
        if left <= 0:
            break
        client.settimeout(left)
        piece = client.recv(LARGEST)
        if not piece:
            break
        data += piece
    return data


def _send(client: socket.socket, status: str, kind: str, text: str, with_body: bool) -> None:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    client.settimeout(PATIENCE)
    client.sendall(f"{head}Connection: close\r\n\r\n".encode() + (body if with_body else b""))
