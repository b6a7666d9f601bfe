"""procmail: one recipe a rule, given on the command line as a file."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival, make_maildir


class Procmail(Rival):
    """procmail of Debian."""

    name = "procmail"
    program = "procmail"

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        maildir = make_maildir(home / "Maildir")
        recipes = (f":0\n* ^{r.header}:.*{r.pattern}\n{maildir}/.{r.folder}/\n" for r in rules)
        rc = home / "procmailrc"
        rc.write_text(f"SHELL=/bin/sh\nDEFAULT={maildir}/\n{''.join(recipes)}")
        return self.command(home, f"{rc}", stdin=message)
