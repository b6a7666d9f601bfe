"""Whatever is wrong with the machine, Postfix keeps the message and nothing bounces."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.hooks import Hook, MailboxCommand
from tests.support.end_to_end.mails import RULES, message
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.small_disk import full, mounted


def submit_and_see_it_kept(hook: Hook) -> str:
    """Submit one message; it must stay in the queue. Returns its queue id."""
    queue_id = hook.postfix.submit(hook.address(), message("Patience"))
    status, reason = hook.postfix.outcome(queue_id)
    assert status == "deferred", reason
    assert [entry["queue_id"] for entry in hook.postfix.queue()] == [queue_id]
    assert hook.account.folders() == {}
    assert hook.account.leftovers() == []
    return queue_id


def see_it_delivered(hook: Hook, queue_id: str) -> None:
    """The cause is gone: the next attempt delivers, once, and nothing has bounced."""
    hook.postfix.flush()
    status, reason = hook.postfix.outcome(queue_id, after=1)
    assert status == "sent", reason
    assert hook.postfix.bounces() == []
    assert hook.account.folders() == {"": 1}


def test_full_disk_defers_instead_of_bouncing(hook: Hook, account: Account) -> None:
    account.write(account.rules, RULES)
    with mounted(account, account.maildir):
        with full(account.maildir):
            queue_id = submit_and_see_it_kept(hook)
        see_it_delivered(hook, queue_id)


def test_full_home_without_room_for_cache_or_log_defers(
    postfix: Postfix, account: Account, program: Program
) -> None:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    with mounted(account, account.home):
        account.write(account.rules, RULES)
        with full(account.home):
            queue_id = submit_and_see_it_kept(hook)
        see_it_delivered(hook, queue_id)


@pytest.mark.parametrize("broken", ["renamed_away", "broken_python", "broken_package"])
def test_program_that_cannot_start_defers_instead_of_bouncing(
    hook: Hook, account: Account, program: Program, broken: str
) -> None:
    account.write(account.rules, RULES)
    trouble: AbstractContextManager[None] = getattr(program, broken)()
    with trouble:
        queue_id = submit_and_see_it_kept(hook)
    see_it_delivered(hook, queue_id)


def test_maildir_that_may_not_be_written_defers(hook: Hook, account: Account) -> None:
    account.write(account.rules, RULES)
    account.folder(account.maildir).chmod(0o500)
    queue_id = submit_and_see_it_kept(hook)
    account.maildir.chmod(0o700)
    see_it_delivered(hook, queue_id)


@pytest.mark.parametrize("broken", ["rules: [", "rules:\n  - whn: {}\n", "\x00"])
def test_broken_rules_leave_the_last_good_ones_in_force(
    postfix: Postfix, account: Account, program: Program, broken: str
) -> None:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    account.write(account.rules, RULES)
    parcel = message("Your parcel")
    postfix.deliver(hook.address("shop"), parcel)
    account.write(account.rules, broken)
    postfix.deliver(hook.address("shop"), parcel)
    assert account.folders() == {".Shops": 2}
    assert postfix.bounces() == []


def test_broken_rules_that_never_worked_let_mail_into_the_inbox(
    hook: Hook, account: Account
) -> None:
    account.make_maildir()
    account.write(account.rules, "rules: [")
    hook.postfix.deliver(hook.address(), message("Lunch?"))
    assert account.folders() == {"": 1}
    assert hook.postfix.bounces() == []


def test_rules_that_others_may_write_are_not_believed(hook: Hook, account: Account) -> None:
    account.make_maildir()
    account.write(account.rules, "rules:\n  - then: {discard: true}\n", mode=0o666)
    hook.postfix.deliver(hook.address(), message("Lunch?"))
    assert account.folders() == {"": 1}
