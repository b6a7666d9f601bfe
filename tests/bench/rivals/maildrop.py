"""maildrop: Courier's delivery agent, one `if` a rule."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival, make_maildir


class Maildrop(Rival):
    """maildrop of Debian."""

    name = "maildrop"
    program = "maildrop"

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        maildir = make_maildir(home / "Maildir")
        make_maildir(maildir / f".{rules[-1].folder}")
        tests = (
            f'if (/^{r.header}:.*{r.pattern}/)\n{{\n  to "{maildir}/.{r.folder}"\n}}\n'
            for r in rules
        )
        mailfilter = home / "mailfilter"
        mailfilter.write_text(f'{"".join(tests)}to "{maildir}"\n')
        mailfilter.chmod(0o600)
        return self.command(home, str(mailfilter), stdin=message)
