"""`watch --learn` beside a real Dovecot: what people do with Junk teaches; nothing else does."""

from __future__ import annotations

import time

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.filed_mail import put, run
from tests.support.end_to_end.imap_client import Client, client
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.readers import watching
from tests.support.waiting import wait_until

RULES = "rules: [{name: sure, when: {subject: known spam}, then: {file: Junk}}]\n"
SETTLED = 5.0  # seconds: more than two looks


def mail(number: int, subject: str = "x") -> bytes:
    head = f"From: a{number}@a.example\nMessage-ID: <{number}@a.example>\nSubject: {subject}\n\n"
    return head.encode() + b"body\n"


class Reader:
    """A mail reader at one account, and what `learn status` says."""

    def __init__(self, account: Account, program: Program, session: Client) -> None:
        self.account, self.program, self.session = account, program, session

    def uid(self, folder: str, number: int) -> int:
        self.session.select(folder)
        uids = {value: key for key, value in self.session.messages().items()}
        return next(uid for text, uid in uids.items() if f"{number}@a.example" in text)

    def move(self, number: int, folder: str, to: str) -> None:
        assert self.session.move(self.uid(folder, number), to)

    def copy_and_expunge(self, number: int, folder: str, to: str) -> None:
        uid = self.uid(folder, number)
        assert self.session.imap.uid("COPY", str(uid), to)[0] == "OK"
        self.session.store(uid, "+FLAGS", "\\Deleted")
        self.session.imap.expunge()

    def learnt(self) -> tuple[int, int]:
        lines = run(self.account, self.program, "learn", "status").splitlines()
        found = dict(line.split(": ", 1) for line in lines if ": " in line)
        return int(found["spam"]), int(found["ham"])

    def wait(self, spam: int, ham: int) -> None:
        wait_until(lambda: self.learnt() == (spam, ham), f"{spam} spam, {ham} ham")


def test_people_teach_by_moving_mail(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    imap = dovecot()
    with client(imap, account) as session:
        for folder in ("Junk", "Trash", "Work"):
            session.imap.create(folder)
        for number in range(1, 9):
            put(account, f"cur/{1_700_000_000 + number}.M{number}P1Q1.host:2,S", mail(number))
        reader = Reader(account, program, session)
        with watching(account, program, "--learn"):
            reader.move(1, "INBOX", "Junk")
            reader.wait(1, 0)
            reader.copy_and_expunge(2, "INBOX", "Junk")
            reader.wait(2, 0)
            reader.move(1, "Junk", "INBOX")  # it was a mistake
            reader.wait(1, 0)
            reader.move(3, "INBOX", "Trash")
            reader.move(2, "Junk", "Trash")
            session.select()
            session.store(reader.uid("INBOX", 4), "+FLAGS", "$Junk")
            reader.wait(2, 0)
            session.store(reader.uid("INBOX", 5), "+FLAGS", "NonJunk")
            reader.wait(2, 1)


def test_what_the_program_files_teaches_nothing_and_taking_it_out_does(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    imap = dovecot()
    with client(imap, account) as session, watching(account, program, "--learn"):
        session.imap.create("Junk")
        reader = Reader(account, program, session)
        put(account, "new/1700000001.M1P1Q1.host", mail(1, "known spam"))
        wait_until(lambda: account.folders().get(".Junk") == 1, "it is filed")
        put(account, "new/1700000002.M2P1Q1.host", mail(2))
        time.sleep(SETTLED)
        assert reader.learnt() == (0, 0)
        reader.move(1, "Junk", "INBOX")
        reader.wait(0, 1)
        reader.move(2, "INBOX", "Junk")
        reader.wait(1, 1)
