"""refile: 10,000 messages in INBOX, of which 8,000 belong into four other folders.

Each candidate gets a Maildir of its own in each round, made from the same
messages; which message is in one folder with which others afterwards shows
whether all have done the same. sieve-filter has one round, for it takes a
minute. All begin with the messages' headers in the system's cache, for they
have just been written.

`MESSAGES` in the environment sets another number of messages.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from tests.bench.load import Rule, message
from tests.bench.measure import Command, once
from tests.bench.place import environment, home_of
from tests.bench.rivals import REFILE
from tests.bench.rivals.rival import Rival, make_maildir
from tests.bench.table import markdown, times, verdict
from tests.bench.user import as_user, hand_over

MESSAGES = int(os.environ.get("MESSAGES", "10000"))
SIZE, ROUNDS = 4000, 3
RULES = [Rule("List-Id", f"list{n}.example.org", f"L{n}") for n in range(4)]
OTHER = Rule("List-Id", "list9.example.org", "INBOX")
BARE, OWN, SIEVE = "bare loop", "maildrop-py", "sieve-filter"
NUMBER = re.compile(rb"^Message-ID: <(\d+)@", re.M)
Parted = set[frozenset[int]]  # the numbers of the messages of each folder
AGAIN, DRY = "maildrop-py, second run", "maildrop-py, second run, dry"


def report() -> str:
    """The table of all candidates, and whether the promises were kept."""
    taken: dict[str, list[float]] = {}
    found: dict[str, Parted] = {}
    reasons: dict[str, str] = {}
    for turn in range(ROUNDS):
        for rival in REFILE:
            if rival.path is None:
                reasons[rival.name] = "not installed"
            elif turn == 0 or rival.name != SIEVE:
                _measure(rival, taken, found, reasons)
        _measure_bare(taken, found)
    seconds = {name: statistics.median(row) for name, row in taken.items()}
    return "\n".join([_table(seconds, found, reasons), "", *_promises(seconds, found)])


def _measure(
    rival: Rival,
    taken: dict[str, list[float]],
    found: dict[str, Parted],
    reasons: dict[str, str],
) -> None:
    home = home_of(rival.name)
    maildir = _filled(home / "Maildir")
    command = rival.refile(home, RULES, maildir)
    hand_over(home)
    try:
        if rival.name == OWN:  # the cache of compiled rules is warm in daily use
            dry = replace(command, argv=[*command.argv, "--dry-run", "--limit", "1"])
            as_user(lambda: once(dry))
        taken.setdefault(rival.name, []).append(as_user(lambda: once(command)))
        found[rival.name] = _folders(maildir)
        if rival.name == OWN:
            dry = replace(command, argv=[*command.argv, "--dry-run"])
            taken.setdefault(AGAIN, []).append(as_user(lambda: once(command)))
            taken.setdefault(DRY, []).append(as_user(lambda: once(dry)))
    except OSError as error:
        reasons[rival.name] = f"fails ({error})"
    shutil.rmtree(home)


def _measure_bare(taken: dict[str, list[float]], found: dict[str, Parted]) -> None:
    home = home_of(BARE)
    maildir = _filled(home / "Maildir")
    script = str(shutil.copy(Path(__file__).with_name("bare_loop.py"), home))
    told = [f"{rule.text}={rule.folder}" for rule in RULES]
    python = str(environment() / "bin/python")
    command = Command(BARE, [python, "-I", script, str(maildir), *told])
    hand_over(home)
    taken.setdefault(BARE, []).append(as_user(lambda: once(command)))
    found[BARE] = _folders(maildir)
    shutil.rmtree(home)


def _filled(maildir: Path) -> Path:
    make_maildir(maildir)
    texts = [message(SIZE, [rule]) for rule in (*RULES, OTHER)]
    for number in range(MESSAGES):
        text = texts[number % len(texts)].replace(b"<1@", b"<%d@" % number)
        wire = len(text) + text.count(b"\n")
        name = f"{1_600_000_000 + number}.M{number}P1Q1.host,S={len(text)},W={wire}:2,S"
        (maildir / "cur" / name).write_bytes(text)
    return maildir


def _folders(maildir: Path) -> Parted:
    """Which messages lie in one folder together."""
    folders: defaultdict[Path, set[int]] = defaultdict(set)
    for part in ("new", "cur"):
        for path in (*maildir.glob(f"{part}/*"), *maildir.glob(f".*/{part}/*")):
            found = NUMBER.search(path.read_bytes())
            assert found, path
            number = int(found[1])
            assert not any(number in others for others in folders.values()), f"{number} is double"
            folders[path.parent.parent].add(number)
    return {frozenset(numbers) for numbers in folders.values()}


def _table(seconds: dict[str, float], found: dict[str, Parted], reasons: dict[str, str]) -> str:
    moved = round(MESSAGES * len(RULES) / (len(RULES) + 1))
    title = f"Re-filing {MESSAGES:,} messages, {moved:,} of them moved"
    rows = []
    for name in (*(rival.name for rival in REFILE), BARE, AGAIN, DRY):
        if name in seconds:
            same = "" if found.get(name, found[BARE]) == found[BARE] else "other result"
            ratio = times(seconds[name] / seconds[BARE])
            rows.append([name, f"{seconds[name]:.2f} s", ratio, same])
        else:
            rows.append([name, reasons.get(name, ""), "", ""])
    return markdown([title, "time", "bare loop", "remark"], rows)


def _promises(seconds: dict[str, float], found: dict[str, Parted]) -> list[str]:
    own, bare, sieve = (seconds.get(name) for name in (OWN, BARE, SIEVE))
    if own is None or bare is None:
        return ["maildrop-py was not measured"]
    said = [f"against the bare loop: {verdict(own / bare, 4.0)}"]
    if sieve is not None:
        said.append(f"against sieve-filter: {verdict(sieve / own, 40.0, at_least=True)}")
        same = found[OWN] == found[SIEVE] == found[BARE]
        said.append(f"{'kept' if same else 'MISSED'}: all have the same result")
    said.append(f"second run against its dry run: {verdict(seconds[AGAIN] / seconds[DRY], 1.5)}")
    return said
