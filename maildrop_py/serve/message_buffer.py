"""message_buffer: holds a message that another process will deliver.

For a server started as root: its workers can write nowhere, and the recipients'
own processes get the message itself if it is small, else an open file without a
name. Larger ones go to /var/tmp as they arrive, and vanish with their last reader.

Guarantee: nobody who gets a message can change what others get: each has a copy of a
small one; a descriptor that is handed on is of a sealed file in memory, or of one on disk
that is open for reading only and belongs to the server.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator

from maildrop_py.maildir.maildir import storage

SMALL = 16 * 1024  # bytes: to copy it takes less time than a file in memory
IN_MEMORY = 64 * 1024  # bytes
DIRECTORY = "/var/tmp"
PIECE = 256 * 1024  # bytes
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class MessageBuffer:
    """One message as it comes in. Raises DiskFull and the like."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._held = 0
        self._file = self._reader = -1

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        if self._file < 0:
            self._pieces.append(piece)
            self._held += len(piece)
            if self._held > IN_MEMORY:
                with storage(DIRECTORY):
                    self._file, self._reader = _nameless()
                    self._flush()
        else:
            with storage(DIRECTORY):
                _write(self._file, piece)

    def finish(self) -> tuple[bytes, tuple[int, ...]]:
        """The message is complete: it, or b"" and a descriptor to read it from, ours to close."""
        if self._held <= SMALL:
            pieces, self._pieces = self._pieces, []
            return b"".join(pieces), ()
        if self._file < 0:
            self._reader = os.memfd_create("message", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            for piece in self._pieces:
                _write(self._reader, piece)
            self._pieces = []
            fcntl.fcntl(self._reader, fcntl.F_ADD_SEALS, SEALS)
        return b"", (self._reader,)

    def close(self) -> None:
        """Close the file here."""
        descriptors = (self._file, self._reader)
        self._file, self._reader, self._pieces = -1, -1, []
        for descriptor in descriptors:
            if descriptor >= 0:
                os.close(descriptor)

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        for piece in pieces:
            _write(self._file, piece)


def _nameless() -> tuple[int, int]:
    """A file of ours without a name, open for writing, and open for reading."""
    writer, path = tempfile.mkstemp(dir=DIRECTORY)
    try:
        return writer, os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(writer)
        raise
    finally:
        os.unlink(path)


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
