"""mdsort: not in Debian; measured where somebody has built it."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival, make_maildir


class Mdsort(Rival):
    """mdsort's dry run, `-d`."""

    name = "mdsort"
    program = "mdsort"

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        return self.command(home, "-d", "-f", write_config(home, rules, maildir, f"{home}/sorted/"))

    def refile(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        return self.command(home, "-f", write_config(home, rules, maildir, f"{maildir}/."))


def write_config(home: Path, rules: list[Rule], maildir: Path, folders: str) -> str:
    """Write mdsort's configuration; each rule's folder is `folders` and its name."""
    places = {rule: make_maildir(Path(f"{folders}{rule.folder}")) for rule in rules}
    matches = (f'  match header "{r.header}" /{r.pattern}/i move "{places[r]}"\n' for r in rules)
    config = home / "mdsort.conf"
    config.write_text(f'maildir "{maildir}" {{\n{"".join(matches)}}}\n')
    return str(config)
