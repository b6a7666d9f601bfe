"""account: an ordinary system user, made for one test and removed after it.

The home is outside /home, in a folder of the test that the user may reach.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from itertools import count
from pathlib import Path

_numbers = count(1)

READABLE = 0o022
"""The umask under which the system's password file stays one that everybody may read."""


class Account:
    """A user with a home of mode 0700; files made through it belong to that user."""

    def __init__(self, homes: Path) -> None:
        self.name = f"mdpy{os.getpid()}x{next(_numbers)}"
        self.home = homes / self.name
        self.maildir = self.home / "Maildir"
        self.rules = self.home / ".config/maildrop-py/rules.yaml"

    def create(self) -> None:
        """Add the user to the system's password file and make the home."""
        command = ["useradd", "--no-create-home", "--home-dir", str(self.home), "--shell"]
        command += ["/bin/sh", "--user-group", self.name]
        subprocess.run(command, check=True, umask=READABLE)
        self.home.mkdir(mode=0o700)
        self.own(self.home)

    def remove(self) -> None:
        """Take the user off the system again, and the home."""
        command = ["userdel", "--force", self.name]
        subprocess.run(command, check=False, capture_output=True, umask=READABLE)
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def ids(self) -> tuple[int, int]:
        """The user's numeric user and group."""
        entry = pwd.getpwnam(self.name)
        return entry.pw_uid, entry.pw_gid

    def own(self, path: Path) -> None:
        """Give `path` to the user."""
        os.chown(path, *self.ids, follow_symlinks=False)

    def folder(self, path: Path) -> Path:
        """Make `path` below the home, and every folder on the way, the user's own."""
        for step in [*reversed(path.relative_to(self.home).parents), path.relative_to(self.home)]:
            folder = self.home / step
            if not folder.exists():
                folder.mkdir(mode=0o700)
                self.own(folder)
        return path

    def write(self, path: Path, text: str, mode: int = 0o600) -> Path:
        """Write `text` to `path` below the home, replacing it in one step."""
        self.folder(path.parent)
        new = path.with_name(path.name + ".new")
        new.write_text(text, encoding="utf-8")
        new.chmod(mode)
        self.own(new)
        new.replace(path)
        return path

    def run(
        self, *command: str, data: bytes = b"", **env: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `command` as the user, with the bare environment of a mail server."""
        uid, gid = self.ids
        bare = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LOGNAME": self.name, **env}
        return subprocess.run(
            command,
            input=data,
            capture_output=True,
            check=False,
            cwd=self.home,
            env=bare,
            user=uid,
            group=gid,
            extra_groups=[],
        )

    def delivered(self, folder: str = "") -> list[Path]:
        """The messages in new/ and cur/ of a folder given by its name on disk."""
        return messages(self.maildir / folder)

    def folders(self) -> dict[str, int]:
        """How many messages each Maildir++ folder holds, by its name on disk; "" is INBOX."""
        return folders(self.maildir)

    def make_maildir(self) -> None:
        """An empty Maildir, whatever was there before."""
        shutil.rmtree(self.maildir, ignore_errors=True)
        for name in ("cur", "new", "tmp"):
            self.folder(self.maildir / name)

    def leftovers(self) -> list[Path]:
        """What lies in any tmp/ of the Maildir: nothing, when no delivery is under way."""
        return [path for path in self.maildir.glob("**/tmp/*") if path.is_file()]


def messages(folder: Path) -> list[Path]:
    """The messages in new/ and cur/ of a folder."""
    return sorted(path for part in ("new", "cur") for path in (folder / part).glob("*"))


def folders(maildir: Path) -> dict[str, int]:
    """How many messages each Maildir++ folder holds, by its name on disk; "" is INBOX."""
    places = {"": maildir} | {path.name: path for path in maildir.glob(".*") if path.is_dir()}
    counted = {name: len(messages(place)) for name, place in places.items()}
    return {name: number for name, number in counted.items() if number}
