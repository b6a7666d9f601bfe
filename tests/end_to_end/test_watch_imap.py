"""Watching beside a real Dovecot, with mail readers at work."""

from __future__ import annotations

import time

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.filed_mail import RULES, found, id_of, ids, mail, put
from tests.support.end_to_end.imap_client import Client, client
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.readers import at_work, watching
from tests.support.waiting import wait_until


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
        wait_until(lambda: account.folders() == {".Lists.foo": 60}, "all are filed")
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
        wait_until(lambda: account.folders() == {".Lists.foo": 1}, "it is filed")
        with client(imap, account) as reader:
            reader.select("Lists/foo")
            (uid,) = reader.messages()
            assert reader.move(uid, "INBOX")
        put(account, "new/1700000001.M1P1Q1.host", mail(2, list_id="foo"))
        wait_until(lambda: account.folders() == {"": 1, ".Lists.foo": 1}, "the next is filed")
    assert [id_of(seen.content) for seen in imap.messages()] == ["1@example.org"]
