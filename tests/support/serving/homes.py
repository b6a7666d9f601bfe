"""homes: users' homes and Maildirs below a folder, and the password file that names them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

UID = 4711
"""Of the first user; where users have uids of their own the others' follow."""


class Homes:
    """The homes of `users` in `folder`. With `own_uids` each user has one of his own.

    `extra`, if given, is a user who shares the first one's uid. Away from root
    everything is ours.
    """

    def __init__(self, folder: Path, users: Iterable[str], own_uids: bool, extra: str = "") -> None:
        self.folder = folder
        numbers = {user: UID + number for number, user in enumerate(users)}
        if extra:
            numbers[extra] = UID
        self.uids = numbers if own_uids else dict.fromkeys(numbers, UID)

    def make(self) -> None:
        """Empty homes with empty Maildirs."""
        for user in self.uids:
            (self.folder / user / "Maildir").mkdir(parents=True, mode=0o700)
        self.give_away()

    def give_away(self) -> None:
        """All that is in a home belongs to its user; anybody may come as far as there."""
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            for user, uid in self.uids.items():
                top = self.folder / user
                for path in (top, *top.rglob("*")):
                    os.lchown(path, uid, uid)

    def write_users(self, path: Path) -> None:
        """The password file, an hour old: one just written may not be complete."""
        lines = [f"{user}::{uid}:{uid}::{self.folder / user}" for user, uid in self.uids.items()]
        path.write_text("".join(f"{line}\n" for line in lines))
        an_hour_ago = time.time() - 3600
        os.utime(path, (an_hour_ago, an_hour_ago))
