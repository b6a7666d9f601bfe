"""together: a minute of everybody at work on one Maildir, and what became of each message.

    python -m tests.bench.together [SECONDS]

See tests/end_to_end/together.py. Needs root and Dovecot.
"""

from __future__ import annotations

import sys

from tests.bench.place import environment
from tests.bench.table import markdown
from tests.bench.user import account, ground, measuring
from tests.support.end_to_end.dovecot import Dovecot
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.together import Outcome, Together

SECONDS = 60.0


def report(seconds: float = SECONDS) -> str:
    """What was done, and whether each message is accounted for."""
    account().make_maildir()
    imap = Dovecot(ground() / "dovecot", account())
    imap.start()
    try:
        outcome = Together(account(), Program(environment()), imap, seconds).run()
    finally:
        imap.stop()
    faults = outcome.faults()
    word = "MISSED" if faults else "kept"
    return "\n".join([_table(outcome, seconds), "", f"{word}: all accounted for", *faults[:20]])


def _table(outcome: Outcome, seconds: float) -> str:
    rows = [
        ["messages delivered", outcome.delivered],
        ["filed by watch", outcome.watched],
        ["runs of refile", outcome.commands["refile"]],
        ["runs of undo", outcome.commands["undo"]],
        ["moved by a mail reader", len(outcome.moved)],
        ["expunged by a mail reader", len(outcome.expunged)],
        ["different messages there in the end", len(outcome.there)],
        ["doubled while a mail reader moved them", len(outcome.doubled)],
    ]
    headings = [f"Everybody at work for {seconds:g} s", "number"]
    return markdown(headings, [[name, f"{number:,}"] for name, number in rows])


if __name__ == "__main__":
    with measuring():
        print(report(*map(float, sys.argv[1:])))
