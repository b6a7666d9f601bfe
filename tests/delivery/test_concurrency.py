"""Many deliveries at once: every message there once, under a name of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.delivering import leftovers, visible

PROCESSES, MESSAGES = 8, 50
WORK = """
import sys
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.delivery.deliver import deliver
from maildrop_py.delivery.spool import Spool
from maildrop_py.message.envelope import Envelope
maildir = Maildir(sys.argv[1])
for number in range(int(sys.argv[3])):
    folder = ("INBOX", "A/B", "C")[number % 3]
    with Spool(maildir) as spool:
        spool.write(f"Subject: {sys.argv[2]}-{number}\\n\\n".encode())
        decision = Decision((Filing(folder, "S" * (number % 2)),))
        deliver(decision, spool.finish(), maildir, Envelope())
"""


def test_no_message_is_lost_or_doubled_by_many_processes(root: Path) -> None:
    command = [sys.executable, "-c", WORK, str(root)]
    processes = [subprocess.Popen([*command, str(n), str(MESSAGES)]) for n in range(PROCESSES)]
    assert [process.wait() for process in processes] == [0] * PROCESSES
    messages = visible(root)
    subjects = sorted(path.read_text() for path in messages)
    assert subjects == sorted(
        f"Subject: {p}-{n}\n\n" for p in range(PROCESSES) for n in range(MESSAGES)
    )
    assert len({path.name.split(",")[0] for path in messages}) == len(messages)
    assert not leftovers(root)
