"""cli_account: a home directory with a Maildir and rules, and `deliver` run in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

MESSAGE = b"From: a@example.org\nSubject: hello\nMessage-ID: <1@example.org>\n\nbody\n"
RULES = """
rules:
  - name: refused
    when: {subject: refuse me}
    then: {reject: "no such mail wanted here"}
  - name: dropped
    when: {subject: drop me}
    then: {discard: true}
  - name: hello
    when: {subject: hello}
    then: {file: Hello, flags: [seen]}
"""


class Account:
    """A home directory with a Maildir, and the program run in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.maildir = home / "Maildir"
        self.rules = home / ".config/maildrop-py/rules.yaml"
        self.rules.parent.mkdir(parents=True, mode=0o700)
        self.rules.write_text(RULES)

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "maildrop_py", "deliver", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], **environ},
        )

    def deliver(
        self, *arguments: str, message: bytes = MESSAGE, **environ: str
    ) -> tuple[int, bytes, bytes]:
        process = self.start(*arguments, **environ)
        out, err = process.communicate(message, timeout=60)
        return process.returncode, out, err

    def files(self) -> list[Path]:
        """Everything that an IMAP server would show."""
        return sorted(
            path
            for part in ("new", "cur")
            for path in self.maildir.glob(f"**/{part}/*")
            if path.is_file()
        )

    def log(self) -> list[dict[str, object]]:
        lines = (self.home / ".local/state/maildrop-py/deliveries.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]
