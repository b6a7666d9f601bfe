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
    from typing import BinaryIO

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
