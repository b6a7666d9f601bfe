"""country_table: makes the table of countries from the registries' files.

The five registries publish each day what they have given out, in one form
("delegated" and "delegated-extended"): `registry|cc|type|start|value|date|status`.
For IPv4 `value` is a number of addresses, for IPv6 a prefix length. Neighbours of
one country become one range; ranges that overlap, as where a block was moved from
one registry to another, go to the one with the later date.

Reports: BadRecord with file and line. OSError as the file system gives it.

Known limits: of IPv6 the first 64 bits count; no registry gives out less.
"""

from __future__ import annotations

import os
import struct
import time
from heapq import heappop, heappush

from maildrop_py.errors import MaildropError
from maildrop_py.evidence.country import MAGIC
from maildrop_py.message import ip
from maildrop_py.private_file import replace_file
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Range = tuple[int, int, str, str]  # first, behind the last, code, date

GIVEN = ("allocated", "assigned", "")
"""Statuses of space that somebody has; the plain files have none but these."""
MOST_CODES = 255


class BadRecord(MaildropError):
    """A line of a registry's file that cannot be understood."""


@record
class Built:
    """A table as bytes, how many ranges it has of IPv4 and IPv6, and when its data was made."""

    data: bytes
    ranges: tuple[int, int]
    made: int


class Collected:
    """What the files say so far."""

    def __init__(self) -> None:
        self.ranges: dict[str, list[Range]] = {"ipv4": [], "ipv6": []}
        self.made = 0

    def read(self, lines: Iterable[str], name: str) -> None:
        """Take what one file says; raises BadRecord."""
        for number, line in enumerate(lines, 1):
            fields = line.strip().split("|")
            if line.startswith("#") or len(fields) < 6:
                continue
            try:
                self._take(fields)
            except (ValueError, AttributeError):
                raise BadRecord(
                    f"{name}:{number}: not a registry's record: {line[:60]!r}"
                ) from None

    def read_file(self, path: str) -> None:
        """The same for the file at `path`, which may be compressed (.gz); raises OSError too."""
        if path.endswith(".gz"):
            import gzip

            with gzip.open(path, "rt", encoding="ascii", errors="replace") as lines:
                self.read(lines, path)
        else:
            with open(path, encoding="ascii", errors="replace") as lines:
                self.read(lines, path)

    def _take(self, fields: list[str]) -> None:
        if fields[0][:1].isdigit():  # version|registry|serial|records|startdate|enddate|offset
            self.made = max(self.made, _date(fields[5]) or _date(fields[2]))
            return
        kind, code = fields[2], fields[1].lower()
        if kind not in self.ranges or fields[5] == "summary" or not code.strip("*"):
            return
        status = fields[6] if len(fields) > 6 else ""
        if status not in GIVEN or code == "zz":
            return
        if not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise ValueError(code)
        self.ranges[kind].append((*_span(kind, fields[3], int(fields[4])), code, fields[5]))

    def built(self) -> Built:
        """The table; raises BadRecord where the files said nothing."""
        joined = {kind: list(_joined(found)) for kind, found in self.ranges.items()}
        codes = sorted({code for ranges in joined.values() for _, code in ranges if code})
        if not codes or len(codes) > MOST_CODES:
            raise BadRecord("no address was given to anybody in these files")
        numbers = {"": 0} | {code: number for number, code in enumerate(codes, 1)}
        four, six = joined["ipv4"], joined["ipv6"]
        made = self.made or int(time.time())
        head = " ".join([str(made), str(len(four)), str(len(six)), *codes])
        parts = [MAGIC, head.encode(), b"\n"]
        for letter, ranges in (("I", four), ("Q", six)):
            parts.append(struct.pack(f">{len(ranges)}{letter}", *(first for first, _ in ranges)))
            parts.append(bytes(numbers[code] for _, code in ranges))
        return Built(b"".join(parts), (len(four), len(six)), made)


def write_table(path: str, built: Built) -> None:
    """Replace the table at `path`, for everybody to read. Raises OSError."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    replace_file(path, built.data)
    os.chmod(path, 0o644)


def _span(kind: str, start: str, value: int) -> tuple[int, int]:
    address = ip.parse(start)
    if address is None or address.bits != (32 if kind == "ipv4" else 128) or value < 1:
        raise ValueError(start)
    first = int.from_bytes(address.packed[:8], "big")
    size = value if kind == "ipv4" else 1 << max(0, 64 - value)
    if first + size > 1 << (32 if kind == "ipv4" else 64):
        raise ValueError(value)
    return first, first + size


def _date(text: str) -> int:
    """Seconds since the epoch of a date written 20261128; 0 for none."""
    if len(text) != 8 or not text.isdigit() or text == "00000000":
        return 0
    from calendar import timegm

    return timegm((int(text[:4]), int(text[4:6]), int(text[6:]), 0, 0, 0))


def _joined(ranges: list[Range]) -> Iterator[tuple[int, str]]:
    """Beginnings of stretches with one code, in order; "" where nobody was given anything."""
    last: str = ""
    for first, code in _stretches(sorted(ranges)):
        if code != last:
            last = code
            yield first, code


def _stretches(ranges: list[Range]) -> Iterator[tuple[int, str]]:
    """Beginnings of stretches, each with the code of the latest of the ranges that cover it."""
    edges = sorted({edge for one in ranges for edge in one[:2]})
    open_ranges: list[tuple[tuple[int, ...], int, str]] = []
    at = 0
    for edge in edges:
        while at < len(ranges) and ranges[at][0] <= edge:
            _, behind, code, date = ranges[at]
            newest_first = tuple(-int(digit) for digit in date if digit.isdigit())
            heappush(open_ranges, (newest_first, behind, code))
            at += 1
        while open_ranges and open_ranges[0][1] <= edge:
            heappop(open_ranges)
        yield edge, open_ranges[0][2] if open_ranges else ""
