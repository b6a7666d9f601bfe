"""reading: Postfix's logs, plain or compressed, oldest first.

Files are read in the order in which they were last written, whatever order they are named
in, so that a message's lines follow each other across a rotation. gzip, bzip2 and xz are
known by their first bytes. `-` is standard input.
"""

from __future__ import annotations

import os
import sys

from maildrop_py.report.statistics.figures import Report
from maildrop_py.report.statistics.maillog.as_json import traffic_as_object
from maildrop_py.report.statistics.maillog.sections import maillog_sections
from maildrop_py.report.statistics.maillog.traffic import Traffic
from maildrop_py.translation import text
from maildrop_py.unpacked import DAMAGED, unpacked_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

STANDARD_INPUT = "-"


def read_maillogs(paths: Iterable[str], traffic: Traffic) -> list[tuple[str, str]]:
    """Take the files in; what could not be read, with the reason. Raises OSError for a path."""
    troubles = []
    opened = [(path, _opened(path)) for path in paths]
    for path, file in sorted(opened, key=lambda one: _last_written(one[1])):
        try:
            with file, unpacked_lines(file) as lines:
                traffic.read(lines)
        except DAMAGED as error:  # a damaged compressed file
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
