"""stdin: the message on standard input, read to its end whatever happens.

Mail servers write the message into a pipe, and OpenSMTPD takes it for a failure
if a part stays unread. So a sink that fails does not stop the reading: the rest
is read and dropped, and then the error of the sink is raised.

Guarantee: memory of one piece, however much comes. Interruptions (signals, the
deadline) end the reading at once. Reports what the sink raised, and OSError if
standard input itself cannot be read.
"""

from __future__ import annotations

import os

from maildrop_py.errors import DiskFull, OverQuota, StorageFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Sink(Protocol):
        """Where the message goes, piece by piece."""

        def write(self, data: bytes, /) -> object: ...


PIECE = 64 * 1024  # bytes: what a Linux pipe holds


def read_message(sink: Sink | None, descriptor: int = 0) -> None:
    """Read `descriptor` to its end, in pieces of at most PIECE, into `sink`.

    Without a sink everything is dropped.
    """
    while piece := os.read(descriptor, PIECE):
        if sink is not None:
            try:
                sink.write(piece)
            except (DiskFull, OverQuota, StorageFailed, OSError, MemoryError):
                drain(descriptor)
                raise


def drain(descriptor: int = 0) -> None:
    """Read `descriptor` to its end and drop it."""
    while os.read(descriptor, PIECE):
        pass
