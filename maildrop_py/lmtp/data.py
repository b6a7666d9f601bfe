"""data: reads the message that follows DATA.

Removes the dots that the client put in front of lines (RFC 5321 4.5.2) and
finds the end. Pieces may have any size: how the network cuts the stream never
changes the result. Memory held between pieces: at most four bytes.

The message ends at CR LF . CR LF and nowhere else; a bare LF or CR neither
ends a line nor a message and is kept as it is. So nobody can hide a second
message inside one that another server reads differently.
"""

from __future__ import annotations

import re

END = b"\r\n.\r\n"
find_dot = re.compile(rb"\r\n\.").search  # twice as fast as bytes.find
find_bare_cr = re.compile(rb"\r(?!\n)").search


class DataReader:
    """One message being received.

    `size` counts bytes so far as RFC 1870 does: CR LF as two, added dots not
    at all. Lines come out ended by LF, as files have them.
    """

    __slots__ = ("_first", "_held", "size")

    def __init__(self) -> None:
        self._first = True  # the line end before the first line is not part of the message
        self._held = b"\r\n"
        self.size = -2

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        """The message's next bytes, and what follows its end, None before that."""
        data = self._held + data
        dot = find_dot(data)
        end = data.find(END, dot.start()) if dot else -1
        stuffed = dot is not None and dot.start() != end
        if end >= 0:
            return self._plain(data[: end + 2], stuffed), data[end + 5 :]
        held = _beginning_of_end(data)
        self._held = data[len(data) - held :]
        return self._plain(data[: len(data) - held] if held else data, stuffed), None

    def _plain(self, piece: bytes, stuffed: bool) -> bytes:
        if stuffed:
            piece = piece.replace(b"\r\n.", b"\r\n")
        self.size += len(piece)
        if self._first and piece:
            self._first = False
            piece = piece[2:]
        if find_bare_cr(piece):
            return piece.replace(b"\r\n", b"\n")
        return piece.replace(b"\r", b"")  # the same, ten times as fast


def _beginning_of_end(data: bytes) -> int:
    """How many of the last bytes may be the beginning of the end mark."""
    if data[-1] not in END:  # nearly always
        return 0
    for length in (4, 3, 2, 1):
        if data.endswith(END[:length]):
            return length
    return 0
