"""together: everybody at work on one Maildir, and then an exact account of every message.

Deliveries, `watch`, `refile` by one set of rules and back by another, `undo`,
and three mail readers of a real Dovecot that flag, move, expunge and look. What
`undo` puts back the watcher may file again, and a message may go round many
times: what counts is where it is in the end, and how often.

A message may be there twice if a reader has moved it, and for no other reason:
a server moves by making the new name and then removing the old one, which by
then another program has moved. Two sessions of the server do that to each other
too. It is never lost.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.dovecot import Dovecot
from tests.support.end_to_end.filed_mail import RULES, found, ids, mail, put
from tests.support.end_to_end.imap_client import Client, Ledger, client
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.readers import at_work, some, watching

BACK = "rules: [{name: back, then: {file: INBOX}}]\n"
OTHER = RULES.replace("Lists/", "Other/")
KEPT = "Kept"
FILED = ["INBOX", "Lists/foo", "Lists/bar", "Other/foo", "Other/bar"]


@dataclass
class Outcome:
    """What was done to how many messages, and what must not have been."""

    delivered: int = 0
    expunged: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)  # by a mail reader
    there: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    watched: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def doubled(self) -> set[str]:
        """Messages that are there more than once."""
        return {message for message, count in self.there.items() if count > 1}

    def faults(self) -> list[str]:
        """Everything that must not be."""
        lost = set(ids(self.delivered)) - set(self.there) - self.expunged
        return [
            *(f"{message} is lost" for message in sorted(lost)),
            *(f"{message} is doubled" for message in sorted(self.doubled - self.moved)),
            *(
                f"{message} was never sent"
                for message in set(self.there) - set(ids(self.delivered))
            ),
            *self.troubles,
        ]


class Together:
    """All of them, for `seconds`; run() once."""

    def __init__(self, account: Account, program: Program, imap: Dovecot, seconds: float) -> None:
        self._account = account
        self._command = str(program.command)
        self._program = program
        self._imap = imap
        self._seconds = seconds
        self._ledger = Ledger()
        self._outcome = Outcome()
        account.write(account.rules, RULES)
        self._other = str(account.write(account.home / "other.yaml", OTHER))
        self._back = str(account.write(account.home / "back.yaml", BACK))

    def run(self) -> Outcome:
        """Let them work, wait for all, and count."""
        with client(self._imap, self._account) as reader:
            reader.imap.create(KEPT)
        readers = (self._flag, self._carry, self._look)
        self._end = time.monotonic() + self._seconds
        with (
            watching(self._account, self._program),
            at_work(self._imap, self._account, *readers),
        ):
            threads = [threading.Thread(target=work) for work in (self._deliver, self._refile)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self._count()
        return self._outcome

    def _deliver(self) -> None:
        """One in four by the delivery command, the others as any mail server would."""
        outcome = self._outcome
        while time.monotonic() < self._end:
            content = mail(outcome.delivered, list_id=random.choice(("foo", "bar")))
            if outcome.delivered % 4:
                put(self._account, f"new/{time.time_ns()}.M1P1Q1.host", content)
            else:
                self._do("deliver", data=content)
            outcome.delivered += 1
            time.sleep(0.01)

    def _refile(self) -> None:
        while time.monotonic() < self._end:
            self._do("refile", "--rules", self._back, "--folder", "Lists/*", "--limit", "20")
            self._do("refile", "--rules", self._other, "--limit", "20")
            self._do("undo")
            self._do("refile", "--rules", self._back, "--folder", "Other/*", "--limit", "20")

    def _do(self, *command: str, data: bytes = b"") -> None:
        done = self._account.run(self._command, *command, data=data)
        self._outcome.commands[command[0]] += 1
        if done.returncode and b"nothing to undo" not in done.stderr + done.stdout:
            said = (done.stdout + done.stderr).decode(errors="replace")
            self._outcome.troubles.append(f"{' '.join(command)}: {done.returncode}: {said}")

    def _flag(self, reader: Client) -> None:
        if reader.select(random.choice(FILED)):
            for uid, _ in some(reader, 1):
                sign, flag = random.choice("+-"), random.choice((r"\Seen", "$Later"))
                reader.store(uid, f"{sign}FLAGS", flag)

    def _carry(self, reader: Client) -> None:
        if reader.select(random.choice(FILED)):
            for uid, message_id in some(reader, 2):
                if random.random() < 0.3:
                    self._outcome.expunged.add(message_id)
                    reader.expunge(uid)
                else:
                    self._outcome.moved.add(message_id)
                    reader.move(uid, KEPT)

    def _look(self, reader: Client) -> None:
        self._ledger.look(reader, [*FILED, KEPT])

    def _count(self) -> None:
        outcome, account = self._outcome, self._account
        outcome.there = found(account)
        outcome.watched = (account.home / "watch.out").read_text().count(": to ")
        journals = account.home / ".local/state/maildrop-py/journal"
        outcome.troubles += [
            *(f"UID reused: {one}" for one in self._ledger.reused),
            *(f"left over: {path}" for path in account.leftovers()),
            *self._imap.complaints(),
            *(f"{path.name} has not ended" for path in journals.iterdir() if not _ended(path)),
        ]


def _ended(journal: Path) -> bool:
    return "end" in json.loads(journal.read_text().splitlines()[-1])
