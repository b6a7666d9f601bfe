"""home: a user's home directory, put back as it was before each run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.faults.subject import Wrong

TIMEOUT = 120.0  # seconds; far beyond what a run takes under strace
MAILDIR = "home/Maildir"


class Home:
    """The home below `place`, with a rules file; keep() notes what restore() puts back."""

    def __init__(self, place: Path, rules: str) -> None:
        self.place = place
        self.path = place / "home"
        self.maildir = place / MAILDIR
        self.rules = self.path / ".config/maildrop-py/rules.yaml"
        self._kept = place / "kept"
        self.rules.parent.mkdir(parents=True, mode=0o700)
        self.rules.write_text(rules)
        self.rules.chmod(0o600)
        self.keep()

    def keep(self) -> None:
        """What is there now is what restore() puts back."""
        shutil.rmtree(self._kept, ignore_errors=True)
        unwanted = shutil.ignore_patterns(".config", "lost+found")
        shutil.copytree(self.path, self._kept, ignore=unwanted)

    def restore(self) -> None:
        """Everything as it was, but for the rules file, whose stamps are in the cache."""
        for path in self.path.iterdir():
            if path.name != ".config":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._kept, self.path, dirs_exist_ok=True)

    def run(self, line: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Let a shell run `line` in the home, as mail servers do; raises Wrong if it hangs."""
        try:
            return subprocess.run(
                ["/bin/sh", "-c", line],
                input=data,
                capture_output=True,
                check=False,
                cwd=self.path,
                env={"HOME": str(self.path), "PATH": os.environ["PATH"]},
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired as late:
            raise Wrong("it hung") from late
