"""Re-filing and undoing beside a real Dovecot, with mail readers at work."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.filed_mail import RULES, fill, found, id_of, ids, mail, put, run
from tests.support.end_to_end.imap_client import Client, Ledger, client
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.readers import at_work, some
from tests.support.end_to_end.requirements import need


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
    with_flag = {id_of(seen.content) for seen in shown if r"\Flagged" in seen.flags}
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
