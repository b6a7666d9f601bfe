"""many_messages: whether re-filing stays small and linear when a Maildir is large.

    python -m tests.bench.many_messages [--messages N]... [--directory DIR]

For each number of small messages (100,000, 200,000 and 1,000,000, if none is
told) a Maildir is made in DIR (the folder for temporary files), four fifths of
it are re-filed into four folders, the rules are run once more, and everything is
undone. What is asked: less than 200 MB of memory, and time that grows no faster
than the number of messages. A million messages take 5 GB and some five minutes;
where there is no room for them nothing is begun, and nothing stays behind.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command, Usage, usage
from tests.bench.place import environment, home_of
from tests.bench.rivals.maildrop_py import write_rules
from tests.bench.rivals.rival import make_maildir
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, ground, hand_over, measuring

NUMBERS = [100_000, 200_000, 1_000_000]
RULES = [Rule("List-Id", f"list{n}.example.org", f"L{n}") for n in range(4)]
KINDS = len(RULES) + 1  # and one that stays
RUNS = {"refile": ("refile", "--offline"), "again": ("refile", "--offline"), "undo": ("undo",)}
BLOCK = 4096  # bytes that a small message takes
MEMORY = 200  # MB
GROWTH = 1.25  # of the processor time a message, from the smallest Maildir to the largest

Usages = dict[str, Usage]


def report(numbers: list[int]) -> str:
    """The table of all sizes, and whether the promises were kept."""
    measured = {number: _measure(number) for number in sorted(numbers)}
    headings = ["Messages, four fifths moved", *(f"{name}, s" for name in RUNS)]
    headings += ["CPU, µs a message", *(f"{name}, MB" for name in RUNS)]
    rows = [_row(number, usages) for number, usages in measured.items()]
    peak = max(one.peak for usages in measured.values() for one in usages.values()) / 1024
    each = [usages["refile"].processor / number for number, usages in measured.items()]
    return "\n".join(
        [
            markdown(headings, rows),
            "",
            f"MB at most: {verdict(peak, MEMORY)}",
            f"growth of processor time a message: {verdict(each[-1] / each[0], GROWTH)}",
        ]
    )


def _row(number: int, usages: Usages) -> list[str]:
    each = 1e6 * usages["refile"].processor / number
    return [
        f"{number:,}",
        *(f"{usages[name].seconds:.1f}" for name in RUNS),
        f"{each:.0f}",
        *(f"{usages[name].peak / 1024:.0f}" for name in RUNS),
    ]


def _measure(number: int) -> Usages:
    _refuse_if_there_is_no_room(number)
    home = home_of("many")
    try:
        maildir = home / "Maildir"
        make_maildir(maildir)
        write_rules(home, RULES)
        hand_over(home)
        as_user(lambda: _fill(maildir / "cur", number))
        usages = {name: _run(home, *words) for name, words in RUNS.items()}
        _check(maildir, number)
        return usages
    finally:
        shutil.rmtree(home)


def _run(home: Path, *words: str) -> Usage:
    noted = home / "usage"
    noted.touch()
    hand_over(noted)
    program = str(environment() / "bin/maildrop-py")
    found = usage(Command(words[0], [program, *words], {"HOME": str(home)}), noted)
    if found is None:
        raise OSError("needs time(1)")
    return found


def _fill(folder: Path, number: int) -> None:
    texts = [_text(kind) for kind in range(KINDS)]
    for n in range(number):
        text = texts[n % KINDS]
        name = f"{1_600_000_000 + n}.M{n % 1_000_000}P1Q{n}.host,S={len(text)}:2,S"
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, text)
        os.close(descriptor)


def _text(kind: int) -> bytes:
    return (
        "From: Some One <someone@example.net>\nTo: me@example.com\nSubject: small\n"
        f"List-Id: <list{kind}.example.org>\n\nA line.\n"
    ).encode()


def _check(maildir: Path, number: int) -> None:
    """All must be back where they were."""
    found = sum(1 for _ in os.scandir(maildir / "cur"))
    if found != number:
        raise OSError(f"of {number} messages {found} are back")


def _refuse_if_there_is_no_room(number: int) -> None:
    room = os.statvfs(ground())
    needed = number * (BLOCK + 1000)  # and names, inodes and the journals
    if room.f_bavail * room.f_frsize < needed:
        raise OSError(f"{ground()}: {needed / 1e9:.1f} GB are needed for {number:,} messages")
    if room.f_files and room.f_favail < number * 1.01:
        raise OSError(f"{ground()}: has no {number:,} inodes left")


def main(arguments: list[str]) -> int:
    """Measure as the command line asks; 1 if that cannot be."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tests.bench.many_messages")
    parser.add_argument("--messages", type=int, action="append", metavar="N")
    parser.add_argument("--directory", metavar="DIR")
    told = parser.parse_args(arguments)
    tempfile.tempdir = told.directory
    try:
        with measuring():
            print(report(told.messages or NUMBERS))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
