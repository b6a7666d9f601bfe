"""client: asks a server of this machine for its figures, for `top`."""

from __future__ import annotations

import socket
import time

from maildrop_py.errors import Temporary, UsageError
from maildrop_py.metrics.openmetrics import samples_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.metrics.openmetrics import Sample

PATIENCE = 3.0  # seconds
LARGEST = 1 << 20  # bytes


def ask(place: str) -> list[Sample]:
    """The samples that the server at `place`, a path or ADDRESS:PORT, tells now.

    Raises Temporary where nobody answers, UsageError where `place` is none.
    """
    try:
        with _connected(place) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            data, until = b"", time.monotonic() + PATIENCE
            while len(data) < LARGEST and (piece := connection.recv(65536)):
                data += piece
                connection.settimeout(max(0.01, until - time.monotonic()))
    except OSError as error:
        raise Temporary(f"{place}: {error.strerror or error}") from error
    head, _, body = data.partition(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise Temporary(f"{place}: no figures of a server of ours came")
    return list(samples_in(body.decode("utf-8", "replace")))


def _connected(place: str) -> socket.socket:
    path = place.removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(path)
        return connection
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        raise UsageError(f"{place} is not an absolute path, and not ADDRESS:PORT")
    return socket.create_connection((host.strip("[]"), int(port)), PATIENCE)
