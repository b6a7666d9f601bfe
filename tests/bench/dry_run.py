"""dry_run: the same header rules tried on the 6,046 messages of a public corpus.

The corpus lies beside the project, not in it (see tests/conftest.py); without
it, this says so. What is read is counted by strace, where that is installed.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.bench.load import CORPUS_RULES, as_maildir
from tests.bench.measure import Command, medians, once
from tests.bench.place import home_of
from tests.bench.rivals import DRY_RUN
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, ground, hand_over

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpora/spamassassin"
ROUNDS = 9


def report() -> str:
    """The table of all rivals, and whether the promises were kept."""
    if not CORPUS.is_dir():
        return f"dry-run: needs the SpamAssassin corpus at {CORPUS}"
    maildir = ground() / "corpus"
    number = as_maildir(CORPUS, maildir)
    hand_over(maildir)
    commands, reasons = _prepare(maildir)
    rates = {name: number / taken for name, taken in medians(commands, ROUNDS).items()}
    rows = [
        [rival.name, f"{rates[rival.name]:,.0f}" if rival.name in rates else reasons[rival.name]]
        for rival in DRY_RUN
    ]
    title = f"Dry run, {number:,} messages, {len(CORPUS_RULES)} header rules"
    return "\n".join(
        [markdown([title, "messages/s"], rows), "", *_promises(rates, commands, maildir)]
    )


def _prepare(maildir: Path) -> tuple[list[Command], dict[str, str]]:
    ready: list[Command] = []
    reasons: dict[str, str] = {}
    for rival in DRY_RUN:
        if rival.path is None:
            reasons[rival.name] = "not installed"
            continue
        home = home_of(rival.name)
        command = rival.dry_run(home, CORPUS_RULES, maildir)
        hand_over(home)
        try:
            as_user(lambda command=command: once(command))  # type: ignore[misc]
            ready.append(command)
        except OSError as error:
            reasons[rival.name] = f"fails ({error})"
    return ready, reasons


def _promises(rates: dict[str, float], commands: list[Command], maildir: Path) -> list[str]:
    own = rates.get("maildrop-py")
    said = []
    for name in ("sieve-filter", "sieve-filter, index warm"):
        if own and name in rates:
            said.append(f"against {name}: {verdict(own / rates[name], 3.0, at_least=True)}")
    for command in commands:
        share = _share_read(command, maildir)
        if share is not None:
            said.append(f"{command.name} reads {share:.0%} of the bytes")
    return said


def _share_read(command: Command, maildir: Path) -> float | None:
    """How much of the mail's bytes the command reads, 1.0 being all; None without strace."""
    strace = shutil.which("strace")
    if strace is None or command.name != "maildrop-py":
        return None
    trace = home_of("strace") / "trace"
    hand_over(trace.parent)
    calls = "openat,read,pread64,readv,preadv,mmap,close"
    argv = [strace, "-f", "-y", "-e", f"trace={calls}", "-o", str(trace), *command.argv]
    as_user(lambda: once(Command(command.name, argv, command.env)))
    total = sum(path.stat().st_size for path in (maildir / "cur").iterdir())
    reads = rf"(?:read|pread64|readv|preadv)\(\d+<{re.escape(str(maildir))}.*= (\d+)$"
    return sum(int(n) for n in re.findall(reads, trace.read_text("utf-8", "replace"), re.M)) / total
