"""mdsort: not in Debian; measured where somebody has built it."""

from __future__ import annotations

from pathlib import Path

from ..load import Rule
from ..measure import Command
from .rival import Rival, make_maildir


class Mdsort(Rival):
    """mdsort's dry run, `-d`."""

    name = "mdsort"
    program = "mdsort"

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        for rule in rules:
            make_maildir(home / "sorted" / rule.folder)
        matches = (
            f'  match header "{r.header}" /{r.pattern}/i move "{home}/sorted/{r.folder}"\n'
            for r in rules
        )
        config = home / "mdsort.conf"
        config.write_text(f'maildir "{maildir}" {{\n{"".join(matches)}}}\n')
        return self.command(home, "-d", "-f", str(config))
