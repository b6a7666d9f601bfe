"""country: the country to which an address was given, from a table on disk.

The table is made by `country_table` from the registries' files, and only read
here: a header, then for each family the sorted beginnings of ranges, then a byte
for each range that says which code. It is mapped into memory, so that a look-up is
a binary search of some twenty steps, and opening it reads one page.

An `.mmdb` file is read where the package maxminddb is installed.

Reports: Unusable, in words, for a file that is missing, broken or old. What is
looked up never raises.

Known limits: the registries say to whom addresses were given, not where they are
used. No data ships with the program.
"""

from __future__ import annotations

import os

from maildrop_py.errors import MaildropError
from maildrop_py.paths import COUNTRIES
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.message.ip import Address

MAGIC = b"maildrop-py countries 1\n"
OLDEST = 180 * 86400
"""Seconds after which a table is not believed any more: addresses are sold on."""

RECHECKED = 86400.0
"""Seconds after which the age of a table is looked at again."""

_last: dict[str, Any] = {}


class Unusable(MaildropError):
    """The table cannot be used; the text says why."""


@record
class Country:
    """Two letters in lower case, "" where nobody was given the address; `unknown` says why not."""

    code: str = ""
    unknown: str = ""


class Table:
    """An open table; `made` is when its data was made, in seconds since the epoch."""

    def __init__(self, data: Any, made: int, codes: tuple[str, ...], counts: tuple[int, int]):
        self.made = made
        self._data = data
        self._codes = codes
        start = len(data) - 5 * counts[0] - 9 * counts[1]
        self._parts = {32: (start, counts[0], 4), 128: (start + 5 * counts[0], counts[1], 8)}

    def __len__(self) -> int:
        return sum(count for _, count, _ in self._parts.values())

    def code(self, address: Address) -> str:
        """The code of the country that `address` was given to, "" if to none."""
        start, count, width = self._parts[address.bits]
        wanted = address.packed[:width]
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            at = start + middle * width
            if self._data[at : at + width] <= wanted:
                low = middle + 1
            else:
                high = middle
        return self._codes[self._data[start + count * width + low - 1]] if low else ""


class Mmdb:
    """The same by a database of MaxMind's form, as maxminddb reads it."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.made = int(reader.metadata().build_epoch)

    def code(self, address: Address) -> str:
        found: Any = self._reader.get(address.text)
        place = found.get("country") if isinstance(found, dict) else None
        code = place.get("iso_code") if isinstance(place, dict) else place
        return code.lower() if isinstance(code, str) else ""


def look_up(address: Address, path: str, now: float) -> tuple[Country, str]:
    """The country of `address` by the table at `path`, and a warning if it cannot be used.

    The last table is kept open in this process, and opened again when the file changes.
    """
    path = path or COUNTRIES
    try:
        status = os.stat(path)
        mark = (path, status.st_ino, status.st_mtime_ns, now // RECHECKED)
        if _last.get("mark") != mark:
            _last["table"], _last["mark"] = open_table(path, now), mark
        return Country(_last["table"].code(address)), ""
    except OSError as error:
        why = f"{path}: {error.strerror}"
    except Unusable as error:
        why = str(error)
    return Country(unknown="the table of countries cannot be used"), f"no countries: {why}"


def open_table(path: str, now: float) -> Table | Mmdb:
    """The table at `path`; raises Unusable. `now` is seconds since the epoch."""
    table = _open_mmdb(path) if path.endswith(".mmdb") else _open(path)
    days = (now - table.made) / 86400
    if days > OLDEST / 86400:
        raise Unusable(f"{path} is {days:.0f} days old: build it again")
    return table


def _open(path: str) -> Table:
    from mmap import ACCESS_READ, mmap

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data: Any = mmap(descriptor, 0, access=ACCESS_READ)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is empty"
        raise Unusable(f"{path}: {why}") from None
    return _read(data, path)


def _read(data: Any, path: str) -> Table:
    end = data.find(b"\n", len(MAGIC))
    if data[: len(MAGIC)] != MAGIC or end < 0:
        raise Unusable(f"{path} is no table of countries")
    try:
        made, four, six, *codes = str(data[len(MAGIC) : end], "ascii").split(" ")
        counts = int(four), int(six)
    except ValueError:
        raise Unusable(f"{path} is no table of countries") from None
    if end + 1 + 5 * counts[0] + 9 * counts[1] != len(data) or not made.isdigit():
        raise Unusable(f"{path} is cut off")
    return Table(data, int(made), ("", *codes), counts)


def _open_mmdb(path: str) -> Mmdb:
    try:
        import maxminddb
    except ImportError:
        raise Unusable(f"{path} needs the package maxminddb, which is not installed") from None
    try:
        return Mmdb(maxminddb.open_database(path))
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise Unusable(f"{path}: {error}") from None
