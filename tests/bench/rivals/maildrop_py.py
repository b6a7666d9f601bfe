"""maildrop_py: this program, measured as the others are."""

from __future__ import annotations

import atexit
import json
import subprocess
from dataclasses import replace
from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.place import environment
from tests.bench.rivals.rival import Rival, make_maildir
from tests.bench.user import as_ordinary_user, hand_over
from tests.support.waiting import wait_until


class MaildropPy(Rival):
    """The entry point that pip installs, caches warm."""

    name = "maildrop-py"
    program = "maildrop-py"

    @property
    def path(self) -> str | None:
        program = environment() / "bin/maildrop-py"
        return str(program) if program.exists() else None

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        make_maildir(home / "Maildir")
        write_rules(home, rules)
        return self.command(home, "deliver", stdin=message)

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        write_rules(home, rules)
        return self.command(home, "dry-run", "--offline", str(maildir))

    def refile(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        write_rules(home, rules)
        return self.command(home, "refile", "--offline", str(maildir))


class HandedOver(MaildropPy):
    """The native hook, and a server of the user that runs already."""

    name = "maildrop-py-deliver"

    @property
    def path(self) -> str | None:
        program = environment() / "bin/maildrop-py-deliver"
        return str(program) if program.exists() else None

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        make_maildir(home / "Maildir")
        write_rules(home, rules)
        socket = home / "run/maildrop-py/deliver"
        socket.parent.mkdir(parents=True)
        hand_over(home)
        serve = ["serve", "--maildir", str(home / "Maildir"), "--hand-over", str(socket)]
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        server = subprocess.Popen(
            [*as_ordinary_user(), str(environment() / "bin/maildrop-py"), *serve],
            env=env,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(server.terminate)
        wait_until(socket.exists, "the server")
        command = self.command(home, stdin=message)
        return replace(command, env={**command.env, "XDG_RUNTIME_DIR": str(home / "run")})


def write_rules(home: Path, rules: list[Rule]) -> None:
    """Write `rules` where the program looks for them."""
    path = home / ".config/maildrop-py/rules.yaml"
    path.parent.mkdir(parents=True)
    rows = (
        f"  - {{name: {r.folder}, when: {condition(r)}, then: {{file: {r.folder}}}}}\n"
        for r in rules
    )
    path.write_text(f"maildir: {home}/Maildir\nrules:\n{''.join(rows)}")


def condition(rule: Rule) -> str:
    """The rule's test, by the shorthand that people write."""
    shorthands = {"List-Id": "list_id", "Subject": "subject", "From": "from", "To": "to"}
    return f"{{{shorthands[rule.header]}: {json.dumps(rule.pattern)}}}"
