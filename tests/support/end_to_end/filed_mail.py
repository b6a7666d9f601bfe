"""filed_mail: numbered messages in an account's Maildir, and which of them are there."""

from __future__ import annotations

import re
from collections import Counter

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.program import Program

RULES = """\
rules:
  - name: lists
    when: {folder: INBOX, list_id: '^(?P<list>[\\w-]+)\\.'}
    then: {file: "Lists/{list}"}
  - name: work
    when: {folder: INBOX, subject: work}
    then: {file: 仕事, flags: [flagged, $Work]}
"""
MESSAGE_ID = re.compile(rb"Message-ID: <([^>]+)>")


def mail(number: int, subject: str = "x", list_id: str = "") -> bytes:
    """The message of that number."""
    head = f"List-Id: <{list_id}.example.org>\n" if list_id else ""
    return f"{head}Subject: {subject}\nMessage-ID: <{number}@example.org>\n\nbody\n".encode()


def put(account: Account, place: str, content: bytes) -> None:
    """A file in the Maildir, the account's own."""
    path = account.maildir / place
    account.folder(path.parent)
    draft = account.maildir / "tmp" / path.name.replace(":", "_")
    draft.write_bytes(content)
    account.own(draft)
    draft.rename(path)


def fill(account: Account, number: int) -> None:
    """A Maildir with so many messages in INBOX, four fifths of them for a list's folder."""
    account.make_maildir()
    for n in range(number):
        content = mail(n, list_id="foo" if n % 2 else "bar") if n % 5 else mail(n)
        name = f"{1_700_000_000 + n}.M{n}P1Q1.host,S={len(content)}"
        put(account, f"cur/{name}:2,S" if n % 3 else f"new/{name}", content)


def run(account: Account, program: Program, *command: str) -> str:
    """A command of the program, as the user; its output, which must be no error."""
    done = account.run(str(program.command), *command, USER=account.name)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


def found(account: Account) -> Counter[str]:
    """How often each message is in the Maildir, by Message-ID."""
    return Counter(
        match[1].decode()
        for part in ("new", "cur")
        for path in account.maildir.glob(f"**/{part}/*")
        if path.is_file() and (match := MESSAGE_ID.search(path.read_bytes()))
    )


def ids(number: int) -> Counter[str]:
    """The Message-IDs of the first so many messages."""
    return Counter(f"{n}@example.org" for n in range(number))


def id_of(content: bytes) -> str:
    """The Message-ID."""
    match = MESSAGE_ID.search(content)
    assert match
    return match[1].decode()
