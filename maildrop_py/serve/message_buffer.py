"""message_buffer: holds a message that another process will deliver.

For a server started as root: its workers can write nowhere, and the recipients'
own processes get the message as an open file without a name. Small messages stay
in memory. Large ones go to /var/tmp as they arrive, and vanish with their last
reader.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

from maildrop_py.maildir.maildir import storage

IN_MEMORY = 64 * 1024  # bytes
PLACE = "/var/tmp"
PIECE = 256 * 1024  # bytes


class MessageBuffer:
    """One message as it comes in. Raises DiskFull and the like."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._held = 0
        self._file = -1

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        if self._file < 0:
            self._pieces.append(piece)
            self._held += len(piece)
            if self._held > IN_MEMORY:
                with storage(PLACE):
                    self._file = _nameless()
                    self._flush()
        else:
            with storage(PLACE):
                _write(self._file, piece)

    def finish(self) -> int:
        """The message is complete; a descriptor to read it from, ours to close."""
        if self._file < 0:
            self._file = os.memfd_create("message", os.MFD_CLOEXEC)
            self._flush()
        return self._file

    def close(self) -> None:
        """Close the file here."""
        descriptor, self._file, self._pieces = self._file, -1, []
        if descriptor >= 0:
            os.close(descriptor)

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        for piece in pieces:
            _write(self._file, piece)


def _nameless() -> int:
    try:
        return os.open(PLACE, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except (AttributeError, IsADirectoryError, NotImplementedError, OSError):
        descriptor, path = tempfile.mkstemp(dir=PLACE)  # a file system without O_TMPFILE
        os.unlink(path)
        return descriptor


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def pieces_of(descriptor: int) -> Iterator[bytes]:
    """The bytes of a message; several processes may read the same file at once."""
    at = 0
    while piece := os.pread(descriptor, PIECE, at):
        yield piece
        at += len(piece)
