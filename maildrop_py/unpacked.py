"""unpacked: the lines of a file, whether it is plain or compressed.

gzip, bzip2 and xz are known by their first bytes, not by a name. Reading raises one of
DAMAGED where a compressed file is broken or cut off.
"""

from __future__ import annotations

import zlib
from io import TextIOWrapper
from lzma import LZMAError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, AnyStr, BinaryIO

LONGEST = 1 << 20
"""Characters of a line that are read; an entry of our logs has a hundredth of that."""

DAMAGED = (EOFError, OSError, zlib.error, LZMAError)
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


def unpacked_lines(file: BinaryIO) -> TextIOWrapper:
    """The lines of an open file, as text; what is not UTF-8 in it is replaced."""
    first = file.peek(6)[:6] if hasattr(file, "peek") else b""
    unpacked: BinaryIO = file
    if first.startswith(_GZIP):
        import gzip

        unpacked = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
    elif first.startswith(_BZIP2):
        import bz2

        unpacked = bz2.BZ2File(file)  # type: ignore[assignment]
    elif first.startswith(_XZ):
        import lzma

        unpacked = lzma.LZMAFile(file)  # type: ignore[assignment]  # noqa: SIM115
    return TextIOWrapper(unpacked, encoding="utf-8", errors="replace")


def lines_within(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """The lines of `file`; of one that is longer than LONGEST the beginning, without its end.

    Somebody may have put gigabytes there, without a line end, which compressed are few bytes.
    """
    while line := file.readline(LONGEST):
        yield line
        while len(line) == LONGEST and line[-1:] not in ("\n", b"\n"):
            line = file.readline(LONGEST)
