"""rival: what a measured program must be able to tell about itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command

ADMIN_PATH = "/usr/lib/dovecot:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Rival:
    """One program; `name` is shown in tables, `program` is what must be installed."""

    name = ""
    program = ""

    @property
    def path(self) -> str | None:
        """Where the program is, None if it is not installed."""
        return shutil.which(self.program) or shutil.which(self.program, path=ADMIN_PATH)

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        """Set up `home` with `rules` and say how to deliver `message` there."""
        raise NotImplementedError

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        """Set up `home` and say how to try `rules` on every message of `maildir`."""
        raise NotImplementedError

    def refile(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        """Set up `home` and say how to move the messages of `maildir` into its folders."""
        raise NotImplementedError

    def command(self, home: Path, *arguments: str, stdin: Path | None = None) -> Command:
        """The program with `arguments`, at home in `home`."""
        env = {"HOME": str(home), "LANG": "C.UTF-8"}
        return Command(
            self.name, [str(self.path), *arguments], env, str(stdin) if stdin else "/dev/null"
        )


def make_maildir(path: Path) -> Path:
    """An empty Maildir at `path`."""
    for name in ("new", "cur", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    return path
