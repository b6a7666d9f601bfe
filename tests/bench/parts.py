"""parts: rules over bodies and attachments, against sieve-filter and against header rules.

    python -m tests.bench parts

Dry runs over the SpamAssassin corpus: 3,000 messages with one `body` and one
`attachment` rule, beside sieve-filter with body and foreverypart, with a new index
and with a warm one; and all messages with the recommended set (rules/README.md) beside
two header rules. sieve-filter works on one processor, we on all there are, so that
processor time is shown too.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from tests.bench.dry_run import CORPUS
from tests.bench.load import as_maildir
from tests.bench.measure import Command, Usage, medians, usage
from tests.bench.place import environment, home_of
from tests.bench.rivals.dovecot import CONFIG
from tests.bench.table import markdown, verdict
from tests.bench.user import ground, hand_over
from tests.bench.user import name as user

ROUNDS = 7
MESSAGES = 3000
OURS, SIEVE, WARM = "maildrop-py", "sieve-filter", "sieve-filter, index warm"

PARTS = """\
rules:
  - {name: programs, when: {attachment: {name: '\\.(exe|scr|pif|bat)$'}}, then: {file: Quarantine}}
  - {name: lists, when: {body: {contains: unsubscribe}}, then: {file: Lists}}
"""
SCRIPT = """\
require ["fileinto", "body", "mime", "foreverypart"];
foreverypart {
  if header :mime :param "filename" :matches "Content-Disposition"
      ["*.exe", "*.scr", "*.pif", "*.bat"] { fileinto "Quarantine"; stop; }
  if header :mime :param "name" :matches "Content-Type"
      ["*.exe", "*.scr", "*.pif", "*.bat"] { fileinto "Quarantine"; stop; }
}
if body :text :contains "unsubscribe" { fileinto "Lists"; stop; }
"""
TWO_HEADERS = """\
rules:
  - {name: answers, when: {subject: '^re:'}, then: {file: Answers}}
  - {name: list, when: {list_id: '^(?P<list>[\\w-]+)'}, then: {file: 'Lists/{list}'}}
"""
RECOMMENDED = """\
include:
  - builtin:duplicates
  - builtin:attachments
  - builtin:policy
  - builtin:backscatter
  - builtin:lists
  - builtin:daemons-apart
"""


def report() -> str:
    """Both tables, and whether the promises were kept."""
    if not CORPUS.is_dir():
        return f"parts: needs the SpamAssassin corpus at {CORPUS}"
    return f"{_against_sieve()}\n\n{_recommended()}"


def _against_sieve() -> str:
    maildir = ground() / "some"
    as_maildir(CORPUS, maildir)
    for extra in sorted((maildir / "cur").iterdir())[MESSAGES:]:
        extra.unlink()
    commands = [ours(OURS, PARTS, maildir), *_sieve(maildir)]
    hand_over(maildir)
    seconds = medians(commands, ROUNDS)
    rows = [[each.name, f"{1000 * seconds[each.name]:,.0f}", _used(each)] for each in commands]
    title = f"Dry run, {MESSAGES:,} messages, a body and an attachment rule"
    said = [
        f"against {name}: {verdict(seconds[name] / seconds[OURS], 1.0, at_least=True)}"
        for name in (SIEVE, WARM)
        if name in seconds
    ]
    return "\n".join([markdown([title, "ms", "processor ms"], rows), "", *said])


def _recommended() -> str:
    maildir = ground() / "all"
    number = as_maildir(CORPUS, maildir)
    hand_over(maildir)
    commands = [
        ours("two header rules", TWO_HEADERS, maildir),
        ours("the recommended set", RECOMMENDED, maildir),
    ]
    seconds = medians(commands, ROUNDS)
    rows = [[each.name, f"{1000 * seconds[each.name]:,.0f}", _used(each)] for each in commands]
    few, many = (seconds[each.name] for each in commands)
    said = f"the recommended set, times two header rules: {verdict(many / few, 2.5)}"
    return "\n".join(
        [markdown([f"Dry run, {number:,} messages", "ms", "processor ms"], rows), "", said]
    )


def ours(name: str, rules: str, maildir: Path) -> Command:
    """A dry run of these rules over `maildir`."""
    home = home_of(name.replace(" ", "-"))
    path = home / "rules.yaml"
    path.write_text(rules)
    hand_over(home)
    program = str(environment() / "bin/maildrop-py")
    argv = [program, "dry-run", "--offline", "--rules", str(path), str(maildir)]
    return Command(name, argv, {"HOME": str(home), "LANG": "C.UTF-8"})


def _sieve(maildir: Path) -> list[Command]:
    """sieve-filter with a new index and with a warm one; nothing where it is not installed."""
    program = shutil.which("sieve-filter")
    if program is None or not Path("/usr/bin/sievec").exists():
        return []
    home = home_of("sieve")
    config, script = home / "dovecot.conf", home / "rules.sieve"
    config.write_text(CONFIG.format(home=home, maildir=maildir))
    script.write_text(SCRIPT)
    compiled = ["/usr/bin/sievec", "-c", str(config), str(script)]
    subprocess.run(compiled, check=True, capture_output=True)
    hand_over(home)
    argv = [program, "-c", str(config), str(script), "INBOX"]
    env = {"HOME": str(home), "LANG": "C.UTF-8", "USER": user()}
    cold = Command(SIEVE, argv, env, removes=(f"{maildir}/dovecot*",))
    return [replace(cold, name=WARM, removes=()), cold]


def _used(command: Command) -> str:
    report = home_of("usage") / "report"
    hand_over(report.parent)
    used: Usage | None = usage(command, report)
    return f"{1000 * used.processor:,.0f}" if used is not None else "?"
