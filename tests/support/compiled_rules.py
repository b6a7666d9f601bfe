"""compiled_rules: a user's rules file, with the folder of what is compiled of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.rules.program.cache import (
    load_program,
)
from maildrop_py.rules.program.program import Program
from tests.support.rules_reading import NOBODY, NOW, Answers, decide, mail

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")


class User:
    """A user's rules file, the folder of compiled rules, and what is warned of."""

    def __init__(self, home: Path) -> None:
        self.rules = home / "rules.yaml"
        self.folder = home / "cache"
        self.warnings: list[str] = []

    def write(self, folder: str, more: str = "") -> None:
        self.rules.write_text(f"{more}\nrules: [{{then: {{file: {folder}}}}}]\n")

    def load(self) -> Program | None:
        self.warnings.clear()
        return load_program(str(self.rules), str(self.folder), self.warnings.append)

    def folder_of_mail(self) -> str | None:
        """Where a message goes; None without rules."""
        program = self.load()
        if program is None:
            return None
        return decide(mail("A: b"), NOBODY, Answers(), program, NOW).filings[0].folder

    def compiled(self) -> Path:
        (found,) = self.folder.iterdir()
        return found
