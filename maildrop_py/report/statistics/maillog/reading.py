"""reading: Postfix's logs, plain or compressed, oldest first.

Files are read in the order in which they were last written, whatever order they are named
in, so that a message's lines follow each other across a rotation. gzip, bzip2 and xz are
known by their first bytes. `-` is standard input.
"""

from __future__ import annotations

import os
import sys
import zlib
from io import TextIOWrapper
from lzma import LZMAError

from maildrop_py.report.statistics.figures import Report
from maildrop_py.report.statistics.maillog.as_json import traffic_as_object
from maildrop_py.report.statistics.maillog.sections import maillog_sections
from maildrop_py.report.statistics.maillog.traffic import Traffic
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

STANDARD_INPUT = "-"
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


def read_maillogs(paths: Iterable[str], traffic: Traffic) -> list[tuple[str, str]]:
    """Take the files in; what could not be read, with the reason. Raises OSError for a path."""
    troubles = []
    opened = [(path, _opened(path)) for path in paths]
    for path, file in sorted(opened, key=lambda one: _last_written(one[1])):
        try:
            with file, _plain(file) as lines:
                traffic.read(lines)
        except (EOFError, OSError, zlib.error, LZMAError) as error:  # a damaged compressed file
            troubles.append((path, str(error)))
    return troubles


def maillog_report(
    traffic: Traffic, troubles: Iterable[tuple[str, str]], anonymous: bool
) -> Report:
    """What the logs came to."""
    lead = text(
        "{received} messages received, {delivered} delivered",
        received=f"{traffic.totals['received']:,}",
        delivered=f"{traffic.totals['delivered']:,}",
    )
    return Report(
        text("What Postfix did"),
        lead,
        tuple(maillog_sections(traffic, anonymous)),
        traffic_as_object(traffic, anonymous),
        tuple(troubles),
    )


def _opened(path: str) -> BinaryIO:
    return sys.stdin.buffer if path == STANDARD_INPUT else open(path, "rb")


def _last_written(file: BinaryIO) -> float:
    return os.fstat(file.fileno()).st_mtime


def _plain(file: BinaryIO) -> TextIOWrapper:
    """The lines of a file, unpacked."""
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
