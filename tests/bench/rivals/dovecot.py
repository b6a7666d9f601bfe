"""dovecot: dovecot-lda with Pigeonhole's Sieve, and sieve-filter without -e, its dry run.

The scripts are compiled beforehand, as Dovecot keeps them. Sieve is given
`:contains`, its natural and cheapest test, where the others have a pattern.
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command
from tests.bench.rivals.rival import Rival, make_maildir
from tests.bench.user import name as user

CONFIG = """\
base_dir = {home}/run
log_path = {home}/log
mail_location = maildir:{maildir}
first_valid_uid = 1
hostname = mx.example.org
postmaster_address = postmaster@example.org
lda_mailbox_autocreate = yes
stats_writer_socket_path =
ssl = no
protocol lda {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{home}/rules.sieve
  sieve_max_script_size = 0
  sieve_max_actions = 0
}}
"""


def write_config(home: Path, rules: list[Rule], maildir: Path) -> str:
    """Write Dovecot's configuration and the compiled script; returns the former's path."""
    config = home / "dovecot.conf"
    config.write_text(CONFIG.format(home=home, maildir=maildir))
    tests = (
        f'if header :contains "{r.header}" "{r.text}" {{ fileinto "{r.folder}"; stop; }}\n'
        for r in rules
    )
    script = home / "rules.sieve"
    script.write_text(f'require ["fileinto"];\n{"".join(tests)}')
    compiled = ["/usr/bin/sievec", "-c", str(config), str(script)]
    subprocess.run(compiled, check=True, capture_output=True)
    return str(config)


class DovecotLda(Rival):
    """dovecot-lda with the Sieve plugin."""

    name = "dovecot-lda + Sieve"
    program = "dovecot-lda"

    @property
    def path(self) -> str | None:
        return super().path if Path("/usr/bin/sievec").exists() else None

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        config = write_config(home, rules, make_maildir(home / "Maildir"))
        command = self.command(home, "-c", config, "-f", "owner@example.org", stdin=message)
        command.env["USER"] = user()
        return command


class SieveFilter(Rival):
    """sieve-filter as it comes: it simulates unless told to execute.

    It keeps the headers that it has read in Dovecot's index files inside the
    Maildir; this one finds none and makes them.
    """

    name = "sieve-filter"
    program = "sieve-filter"

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        config = write_config(home, rules, maildir)
        command = self.command(home, "-c", config, str(home / "rules.sieve"), "INBOX")
        command.env["USER"] = user()
        return replace(command, removes=(f"{maildir}/dovecot*",))

    def refile(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        for rule in rules:
            make_maildir(maildir / f".{rule.folder}")  # it makes none
        config = write_config(home, rules, maildir)
        script = str(home / "rules.sieve")
        command = self.command(home, "-c", config, "-e", "-W", script, "INBOX")
        command.env["USER"] = user()
        return command


class SieveFilterAgain(SieveFilter):
    """The same with the index files of an earlier run with the same rules."""

    name = "sieve-filter, index warm"

    def dry_run(self, home: Path, rules: list[Rule], maildir: Path) -> Command:
        return replace(super().dry_run(home, rules, maildir), removes=())
