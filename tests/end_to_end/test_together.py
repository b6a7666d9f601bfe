"""Deliveries, a watcher, refile, undo and three mail readers on one Maildir.

MAILDROP_LOAD_SECONDS in the environment makes it longer; a minute of it is
`python -m tests.bench.together`.
"""

from __future__ import annotations

import os

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.together import Together

SECONDS = float(os.environ.get("MAILDROP_LOAD_SECONDS", "10"))


def test_all_mail_is_accounted_for(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.make_maildir()
    outcome = Together(account, program, dovecot(), SECONDS).run()
    assert outcome.faults() == []
    assert outcome.delivered
    assert outcome.watched
    assert outcome.commands["undo"]
    assert len(outcome.doubled) <= 1 + len(outcome.moved) / 50
    assert outcome.moved
