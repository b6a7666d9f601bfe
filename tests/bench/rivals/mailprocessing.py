"""mailprocessing: maildirproc of PyPI, measured where it is on the PATH."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival

PROGRAM = """\
processor.maildir_base = {base!r}
processor.maildirs = [{name!r}]
rules = {rules!r}
for mail in processor:
    for header, text, folder in rules:
        if mail[header].contains(text):
            mail.move(folder)
            break
"""


class Mailprocessing(Rival):
    """maildirproc's dry run."""

    name = "mailprocessing"
    program = "maildirproc"

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        rc = home / "maildirproc.rc"
        told = [(r.header, r.text, r.folder) for r in rules]
        rc.write_text(PROGRAM.format(base=str(maildir.parent), name=maildir.name, rules=told))
        return self.command(
            home, "--dry-run", "--once", "-r", str(rc), "-l", str(home / "maildirproc.log")
        )
