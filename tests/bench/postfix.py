"""postfix: from Postfix into the Maildir, end to end. Needs root and Postfix.

    python -m tests.bench.postfix [MESSAGES [ROUNDS [WAY ...]]]

All messages (5 KB, three rules) are thrown at a private Postfix at once, by
smtp-source with 20 sessions; the clock stops when the last one is in the Maildir of
the one user they are for. The ways by which Postfix has them delivered take turns;
figures are medians. A WAY is a part of its name, such as mailbox_command. Everybody syncs
what is delivered, as Postfix does its queue; we sync the directory too, procmail does not.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, sleep

from tests.bench.place import environment
from tests.bench.postfix_ways import WAYS, Way
from tests.bench.rivals.rival import make_maildir
from tests.bench.table import markdown, times
from tests.bench.user import account, ground, hand_over, measuring
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.smtp import free_port

SESSIONS = 20
PROCMAIL = "procmail, mailbox_command"


def report(messages: int = 1000, rounds: int = 3, wanted: Sequence[str] = ("",)) -> str:
    """A table: seconds until all have arrived, and messages a second."""
    hand_over(make_maildir(account().maildir))
    with ExitStack() as stack:
        program = Program(environment())
        postfix = Postfix(ground() / "postfix")
        postfix.start()
        stack.callback(postfix.stop)
        port = _open_door(postfix)
        kinds = [it for it in WAYS if any(part in it.name for part in wanted)]
        ways = [kind(postfix, account(), program) for kind in kinds if kind.installed()]
        taken: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for way in ways:
                with way.working():
                    _send(way, port, 20)  # what is made at the first message is not measured
                    taken[way.name].append(_send(way, port, messages))
    return _table(taken, messages)


def _open_door(postfix: Postfix) -> int:
    """A port whose daemons serve more than one client, unlike that of the tests."""
    port = free_port()
    postfix.service(f"127.0.0.1:{port} inet n - n - - smtpd")
    postfix.service("open-lmtp unix - - n - - lmtp")
    return port


def _send(way: Way, port: int, messages: int) -> float:
    """Seconds from the first connection until the last message is there."""
    expected = _there(way.maildir) + messages
    command = ["smtp-source", "-s", str(SESSIONS), "-m", str(messages), "-l", "5000"]
    addresses = ["-f", "sender@example.net", "-t", way.address, f"127.0.0.1:{port}"]
    start = perf_counter()
    subprocess.run([*command, *addresses], check=True)
    while _there(way.maildir) < expected:
        if perf_counter() - start > 300:
            raise OSError(f"{way.name}: {expected - _there(way.maildir)} messages did not arrive")
        sleep(0.02)
    seconds = perf_counter() - start
    if _there(way.maildir) > expected:
        raise OSError(f"{way.name}: messages are there twice")
    return seconds


def _there(maildir: Path) -> int:
    new = maildir / "new"
    return len(os.listdir(new)) if new.exists() else 0


def _table(taken: dict[str, list[float]], messages: int) -> str:
    medians = {name: statistics.median(row) for name, row in taken.items()}
    yardstick = medians.get(PROCMAIL)
    rows = [
        [
            name,
            f"{seconds:.1f} s",
            f"{messages / seconds:,.0f}",
            times(yardstick / seconds) if yardstick else "",
        ]
        for name, seconds in medians.items()
    ]
    title = f"Postfix to Maildir, {messages:,} messages at once, all arrived"
    return markdown([title, "time", "messages/s", "procmail's rate"], rows)


if __name__ == "__main__":
    with measuring():
        print(report(*map(int, sys.argv[1:3]), *([sys.argv[3:]] if sys.argv[3:] else [])))
