"""Re-filing, undoing and watching beside a real Dovecot, with mail readers at work.

MAILDROP_LOAD_SECONDS in the environment makes the last test run longer: a minute
is what is asked of a release.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from .account import Account
from .conftest import MakeDovecot
from .dovecot import Dovecot
from .imap_client import Client, Ledger, client
from .program import Program
from .requirements import need
from .waiting import wait_until

LOAD_SECONDS = float(os.environ.get("MAILDROP_LOAD_SECONDS", "5"))
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
    return Counter(f"{n}@example.org" for n in range(number))


def test_flags_and_keywords_are_shown_where_the_message_went_and_came_back(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    put(account, "new/1700000001.M1P1Q1.host", mail(1, "work"))
    put(account, "new/1700000002.M1P1Q1.host", mail(2, list_id="foo"))
    put(account, "new/1700000003.M1P1Q1.host", mail(3))
    imap = dovecot()
    with client(imap, account) as reader:
        reader.select()
        by_id = {message_id: uid for uid, message_id in reader.messages().items()}
        reader.store(by_id["1@example.org"], "+FLAGS", r"\Answered", "urgent", "$Later")
        reader.store(by_id["2@example.org"], "+FLAGS", r"\Seen", "$Later")
        assert "2 messages changed" in run(account, program, "refile")
        reader.imap.noop()
        assert list(reader.messages().values()) == ["3@example.org"]
    assert imap.flags("仕事") == [{r"\Answered", r"\Flagged", "urgent", "$Later", "$Work"}]
    assert imap.flags("Lists/foo") == [{r"\Seen", "$Later"}]
    with client(imap, account) as reader:
        reader.select("仕事")
        (uid,) = reader.messages()
        reader.store(uid, "+FLAGS", r"\Seen", "done")
        reader.store(uid, "-FLAGS", "urgent")
    assert "1 put back, 1 put back, changed since" in run(account, program, "undo")
    shown = sorted(imap.flags("INBOX"), key=len)
    assert shown == [
        set(),
        {r"\Seen", "$Later"},
        {r"\Answered", r"\Seen", "$Later", "done"},
    ]
    assert imap.complaints() == []
    assert "0 put back" not in run(account, program, "undo", "--list")


def test_mail_readers_at_work_lose_and_double_nothing(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    """One flags, one expunges and a third looks on, while 1,200 messages are moved.

    A flag is safe as soon as it stands in the file's name.
    """
    number = 1500
    account.write(account.rules, RULES)
    fill(account, number)
    imap = dovecot()
    ledger = Ledger()
    flagged: set[str] = set()
    expunged: set[str] = set()

    def is_written(message_id: str) -> bool:
        """Dovecot puts off writing a flag while another session lists the folder."""
        base = f"{1_700_000_000 + int(message_id.partition('@')[0])}.M"
        names = [path.name for path in account.maildir.glob(f"cur/{base}*")]
        return any("F" in name.rpartition(":2,")[2] for name in names)

    def flag(reader: Client) -> None:
        reader.select()
        for uid, message_id in some(reader, 40):
            reader.store(uid, "+FLAGS", r"\Flagged")
            if is_written(message_id):
                flagged.add(message_id)

    def expunge(reader: Client) -> None:
        reader.select()
        for uid, message_id in some(reader, 20):
            expunged.add(message_id)
            reader.expunge(uid)

    def look(reader: Client) -> None:
        ledger.look(reader, ["INBOX", "Lists/foo", "Lists/bar"])

    with client(imap, account) as reader:
        look(reader)
    with at_work(imap, account, flag, expunge, look):
        run(account, program, "refile")
    with client(imap, account) as reader:
        look(reader)
    there = found(account)
    assert set(there) | expunged == set(ids(number))
    assert [message for message, count in there.items() if count > 1] == []
    assert ledger.reused == []
    shown = [
        seen for folder in ("INBOX", "Lists/foo", "Lists/bar") for seen in imap.messages(folder)
    ]
    with_flag = {_id(seen.content) for seen in shown if r"\Flagged" in seen.flags}
    assert flagged
    assert flagged - expunged <= with_flag
    assert imap.complaints() == []
    assert "0 messages changed" in run(account, program, "refile")


@pytest.mark.parametrize(
    "location", ["maildir:~/Maildir", "maildir:~/Maildir:UTF-8"], ids=["utf-7", "utf-8"]
)
def test_dovecot_itself_makes_the_moves_if_asked(
    account: Account, program: Program, dovecot: MakeDovecot, location: str
) -> None:
    need("doveadm")
    encoding = "utf-8" if "UTF-8" in location else "imap-utf-7"
    account.write(account.rules, f"folder_encoding: {encoding}\n{RULES}")
    account.make_maildir()
    put(account, "new/1700000001.M1P1Q1.host", mail(1, "work"))
    put(account, "cur/1700000002.M1P1Q1.host:2,R", mail(2, list_id="foo"))
    put(account, "new/1700000003.M1P1Q1.host", mail(3))
    imap = dovecot(location)
    options = "-o stats_writer_socket_path= -o log_path=/dev/stderr"
    command = f"doveadm -c {imap.folder}/dovecot.conf {options}"
    with client(imap, account) as reader:
        reader.select()
        (uid,) = (uid for uid, known in reader.messages().items() if known == "2@example.org")
        reader.store(uid, "+FLAGS", "$Later")
        done = run(account, program, "refile", "--doveadm-command", command)
        assert "2 messages changed, 1 stay" in done
        reader.imap.noop()
        assert list(reader.messages().values()) == ["3@example.org"]
    assert imap.flags("仕事") == [{r"\Flagged", "$Work"}]
    assert imap.flags("Lists/foo") == [{r"\Answered", "$Later"}]
    assert "0 messages changed" in run(account, program, "refile", "--doveadm-command", command)
    assert "2 put back" in run(account, program, "undo")
    assert len(imap.messages()) == 3
    assert imap.complaints() == []
    broken = account.run(str(program.command), "refile", "--doveadm-command", "/bin/false")
    assert broken.returncode == 1
    assert b"/bin/false" in broken.stderr
    assert len(imap.messages()) == 3


def some(reader: Client, number: int) -> list[tuple[int, str]]:
    """A few of the messages that the folder shows: UID and Message-ID."""
    messages = sorted(reader.messages().items())
    return random.sample(messages, min(number, len(messages)))


def _id(content: bytes) -> str:
    match = MESSAGE_ID.search(content)
    assert match
    return match[1].decode()


@contextmanager
def at_work(imap: Dovecot, account: Account, *jobs: Callable[[Client], None]) -> Iterator[None]:
    """Each job is done again and again in a session of its own; what goes wrong in it is raised."""
    stop = threading.Event()
    begun = threading.Barrier(len(jobs) + 1)
    errors: list[Exception] = []

    def work(job: Callable[[Client], None]) -> None:
        try:
            with client(imap, account) as reader:
                begun.wait(60)
                while not stop.is_set():
                    job(reader)
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    begun.wait(60)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    assert errors == []


@contextmanager
def watching(account: Account, program: Program, *arguments: str) -> Iterator[None]:
    """`watch` as the user, when it has said that it is ready."""
    output, address = account.home / "watch.out", account.home / "notify"
    uid, gid = account.ids
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, output.open("wb") as file:
        manager.bind(str(address))
        manager.settimeout(60)
        account.own(address)
        process = subprocess.Popen(
            [str(program.command), "watch", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={
                "HOME": str(account.home),
                "PATH": "/usr/bin:/bin",
                "LOGNAME": account.name,
                "NOTIFY_SOCKET": str(address),
            },
            user=uid,
            group=gid,
            extra_groups=[],
        )
        try:
            assert manager.recv(1000).startswith(b"READY=1"), output.read_text()
            yield
            process.terminate()
            assert process.wait(60) == 0, output.read_text()
        finally:
            process.kill()
            process.wait()


def test_new_mail_is_filed_though_a_mail_reader_takes_it_to_cur_at_once(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    imap = dovecot()

    def look(reader: Client) -> None:
        reader.select()
        reader.imap.noop()

    with at_work(imap, account, look), watching(account, program):
        for n in range(60):
            put(account, f"new/{1_700_000_000 + n}.M{n}P1Q1.host", mail(n, list_id="foo"))
            time.sleep(0.01)
        wait_until("all are filed", lambda: account.folders() == {".Lists.foo": 60})
    assert found(account) == ids(60)
    assert imap.complaints() == []


def test_a_message_that_the_reader_moves_back_is_left_there(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    imap = dovecot()
    with watching(account, program):
        put(account, "new/1700000000.M1P1Q1.host", mail(1, list_id="foo"))
        wait_until("it is filed", lambda: account.folders() == {".Lists.foo": 1})
        with client(imap, account) as reader:
            reader.select("Lists/foo")
            (uid,) = reader.messages()
            assert reader.move(uid, "INBOX")
        put(account, "new/1700000001.M1P1Q1.host", mail(2, list_id="foo"))
        wait_until("the next is filed", lambda: account.folders() == {"": 1, ".Lists.foo": 1})
    assert [_id(seen.content) for seen in imap.messages()] == ["1@example.org"]


def test_everybody_at_work_on_one_maildir(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    """Deliveries, a watcher, refile, undo and three mail readers: all mail is accounted for."""
    account.write(account.rules, RULES)
    account.make_maildir()
    other = account.write(account.home / "other.yaml", RULES.replace("Lists/", "Other/"))
    back = account.write(account.home / "back.yaml", "rules: [{name: back, then: {file: INBOX}}]\n")
    imap = dovecot()
    ledger = Ledger()
    gone: set[str] = set()
    moved: set[str] = set()
    delivered = 0
    folders = ["INBOX", "Lists/foo", "Lists/bar", "Other/foo", "Other/bar", "Kept"]

    def flag(reader: Client) -> None:
        if reader.select(random.choice(folders[:5])):
            for uid, _ in some(reader, 1):
                reader.store(
                    uid, random.choice("+-") + "FLAGS", random.choice((r"\Seen", "$Later"))
                )

    def carry(reader: Client) -> None:
        if reader.select(random.choice(folders[:5])):
            for uid, message_id in some(reader, 2):
                if random.random() < 0.3:
                    gone.add(message_id)
                    reader.expunge(uid)
                else:
                    moved.add(message_id)
                    reader.move(uid, "Kept")

    def look(reader: Client) -> None:
        ledger.look(reader, folders)

    with client(imap, account) as reader:
        reader.imap.create("Kept")
    end = time.monotonic() + LOAD_SECONDS

    def deliver() -> None:
        nonlocal delivered
        while time.monotonic() < end:
            content = mail(delivered, list_id=random.choice(("foo", "bar")))
            if delivered % 4:
                put(account, f"new/{time.time_ns()}.M1P1Q1.host", content)
            else:
                account.run(str(program.command), "deliver", data=content)
            delivered += 1
            time.sleep(0.01)

    def refile() -> None:
        commands = (
            ("refile", "--rules", str(back), "--folder", "Lists/*", "--limit", "20"),
            ("refile", "--rules", str(other), "--limit", "20"),
            ("undo",),
            ("refile", "--rules", str(back), "--folder", "Other/*", "--limit", "20"),
        )
        while time.monotonic() < end:
            for command in commands:
                account.run(str(program.command), *command)

    with watching(account, program), at_work(imap, account, flag, carry, look):
        threads = [threading.Thread(target=each) for each in (deliver, refile)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    there = found(account)
    expected = set(ids(delivered))
    assert expected - set(there) <= gone
    doubled = {message for message, count in there.items() if count > 1}
    assert doubled <= moved, "only a move by two at once may double a message"
    assert len(doubled) <= len(moved) / 10
    assert ledger.reused == []
    assert account.leftovers() == []
    assert imap.complaints() == []
    journals = account.home / ".local/state/maildrop-py/journal"
    assert all(json.loads(path.read_text().splitlines()[-1]) for path in journals.iterdir())
