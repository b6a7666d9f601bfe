"""pieces: a log of many files cut into pieces of whole lines, to be read in several processes.

A plain file is cut wherever a line ends; a compressed one (gzip) is one piece. All files
are opened before the first is read, so that they may be renamed, compressed and removed
meanwhile. Guarantee: each whole line that was there at the beginning is in one piece.
"""

from __future__ import annotations

import os
from io import BytesIO
from typing import cast

from maildrop_py.record import record
from maildrop_py.unpacked import lines_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO, BinaryIO

SIZE = 2 * 1024 * 1024
"""Bytes of a piece."""
_BLOCK = 64 * 1024
_LONGEST = 1024 * 1024
"""Bytes of a line that are read; an entry is much shorter."""
_PACKED = 8
"""Bytes of log that a byte of a compressed file is likely to hold."""


@record
class Piece:
    """The lines of a file that begin from `start` on and before `end`, in bytes.

    `file` is an open descriptor, `name` the file's path, for people. A compressed file is
    one piece, and its `end` is -1.
    """

    file: int
    name: str
    start: int = 0
    end: int = -1


def pieces_of(files: Sequence[BinaryIO]) -> Iterator[Piece]:
    """The pieces of open files, in their order."""
    for file in files:
        descriptor, name = file.fileno(), str(file.name)
        size = os.fstat(descriptor).st_size
        if name.endswith(".gz"):
            yield Piece(descriptor, name)
        else:
            for start in range(0, size, SIZE):
                yield Piece(descriptor, name, start, min(start + SIZE, size))


def spans(pieces: Sequence[Piece], number: int) -> list[Sequence[Piece]]:
    """The pieces in one to `number` parts of about the same size; the order stays."""
    weights = [_weight(piece) for piece in pieces]
    limit = sum(weights) / max(1, number)
    parts: list[list[Piece]] = [[]]
    filled = 0.0
    for piece, weight in zip(pieces, weights, strict=True):
        if parts[-1] and filled + weight / 2 > limit * len(parts) and len(parts) < number:
            parts.append([])
        parts[-1].append(piece)
        filled += weight
    return list(parts)


def _weight(piece: Piece) -> int:
    if piece.end < 0:
        return _PACKED * os.fstat(piece.file).st_size
    return piece.end - piece.start


def lines_of(piece: Piece) -> Iterator[bytes]:
    """The lines of a piece, with their ends; raises OSError, EOFError, zlib.error."""
    if piece.end < 0:
        import gzip

        os.lseek(piece.file, 0, os.SEEK_SET)  # nobody else reads this file
        with os.fdopen(os.dup(piece.file), "rb") as packed, gzip.open(packed) as lines:
            yield from lines_within(cast("IO[bytes]", lines))
        return
    start = max(0, piece.start - 1)  # a line that begins at `start` has a line end before it
    data = _read(piece.file, start, piece.end)
    if piece.start:
        data = data[data.find(b"\n") + 1 :] if b"\n" in data else b""
    if data:
        yield from BytesIO(data + _rest_of_line(piece.file, piece.end, data))


def _rest_of_line(file: int, at: int, data: bytes) -> bytes:
    """What belongs to the last line in `data`, which was read up to the offset `at`."""
    rest = b""
    while not (rest or data).endswith(b"\n") and len(rest) < _LONGEST:
        block = os.pread(file, _BLOCK, at)
        if not block:
            break
        line = block.partition(b"\n")
        rest += line[0] + line[1]
        if line[1]:
            break
        at += len(block)
    return rest


def _read(file: int, start: int, end: int) -> bytes:
    found = []
    while start < end:
        block = os.pread(file, end - start, start)
        if not block:
            break
        found.append(block)
        start += len(block)
    return b"".join(found)
