"""fdm: one `match` a rule, the message from standard input."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival, make_maildir


class Fdm(Rival):
    """fdm of Debian."""

    name = "fdm"
    program = "fdm"

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        maildir = make_maildir(home / "Maildir")
        actions = (f'action "{r.folder}" maildir "{maildir}/.{r.folder}"\n' for r in rules)
        matches = (
            'match "^{}:.*{}" in headers action "{}"\n'.format(
                r.header, r.pattern.replace("\\", "\\\\"), r.folder
            )
            for r in rules
        )
        config = home / "fdm.conf"
        config.write_text(
            f'set maximum-size 1G\naccount "stdin" stdin\n'
            f'{"".join(actions)}action "inbox" maildir "{maildir}"\n'
            f'{"".join(matches)}match all action "inbox"\n'
        )
        config.chmod(0o600)
        return self.command(home, "-f", str(config), "-l", "-a", "stdin", "fetch", stdin=message)
