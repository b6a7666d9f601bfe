"""base_name: find a message that another program has renamed, by its base name.

A mail reader that flags a message renames it, and moves it from new/ to cur/;
what comes before the first comma or colon stays. A Finder lists each folder at
most twice, so a new one is made for each batch of messages.

Known limit: a name that changes while its folder is being listed can be missing
in the listing. So "not found" never means that a message is lost, only that we
leave it alone.
"""

from __future__ import annotations

import os

_LISTINGS = 2  # of one folder; the second finds what was renamed since the first


def base_of(file_name: str) -> str:
    """What identifies a message, whatever its flags are: the name up to `,` or `:`."""
    return file_name.partition(":")[0].partition(",")[0]


class Finder:
    """Finds messages in the folders of a Maildir."""

    def __init__(self) -> None:
        self._listed: dict[str, int] = {}
        self._paths: dict[str, dict[str, str]] = {}

    def find(self, path: str) -> str | None:
        """Where the message that was at `path` is now in its folder; None if it is not found."""
        if os.path.lexists(path):
            return path
        directory, _, name = path.rpartition("/")
        folder = directory.rpartition("/")[0]
        base = base_of(name)
        while True:
            found = self._paths.get(folder, {}).get(base)
            if found is not None and os.path.lexists(found):
                return found
            if self._listed.get(folder, 0) >= _LISTINGS:
                return None
            self._list(folder)

    def _list(self, folder: str) -> None:
        self._listed[folder] = self._listed.get(folder, 0) + 1
        paths = self._paths[folder] = {}
        for part in ("new", "cur"):  # messages go from new/ to cur/, never back
            try:
                names = os.listdir(f"{folder}/{part}")
            except OSError:
                continue
            paths.update((base_of(name), f"{folder}/{part}/{name}") for name in names)
