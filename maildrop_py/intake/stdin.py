"""stdin: the message on standard input, read to its end whatever happens.

Postfix, Exim and OpenSMTPD write the message into a pipe; OpenSMTPD takes an
unread rest for a failure. So a sink that fails does not stop the reading: the
rest is read and dropped, and the sink's error raised at the end.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Sink(Protocol):
        """Where the message goes, piece by piece."""

        def write(self, data: bytes, /) -> object: ...


def read_message(sink: Sink | None, descriptor: int = 0) -> None:
    """Read `descriptor` to its end, in bounded pieces, into `sink` (None: drop it).

    Raises what the sink raised, after the end was reached.
    """
    raise NotImplementedError(os.read)
