"""hosts: what a mail server calls a client, `name[address]`, taken apart and shortened.

The short form is what pflogsumm counts by: the last two labels of a name, three where the
last two are short (`example.co.jp`); the address where there is no verified name.
"""

from __future__ import annotations

import re

_LAST_LABELS = re.compile(r".*\.([^.]+)\.([^.]{3}|[^.]{2,3}\.[^.]{2})", re.DOTALL)
_MOST_KNOWN = 20_000


def name_and_address(client: str) -> tuple[str, str]:
    """`mx.example.org[192.0.2.1]:25` as two texts; the name "" if it is unknown."""
    name, _, rest = client.partition("[")
    return ("" if name == "unknown" else name), rest.partition("]")[0]


class Domains:
    """Short forms of clients; those that were asked for lately are known."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, client: str) -> str:
        """The short form of `name[address]`."""
        found = self._known.get(client)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[client] = _shortened(client)
        return found


def _shortened(client: str) -> str:
    name, address = name_and_address(client)
    if not name:
        return address
    match = _LAST_LABELS.fullmatch(name)
    return f"{match[1]}.{match[2]}".lower() if match else name
