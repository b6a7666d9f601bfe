"""A disk that gets full while mail comes in: Postfix keeps what has no room, and all of it
arrives, once, when room is made."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account, messages
from tests.support.end_to_end.hooks import MailboxCommand
from tests.support.end_to_end.letters import MESSAGES, ROOM, RULES, letter, numbers
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.serving import Site
from tests.support.end_to_end.small_disk import enlarge, mounted
from tests.support.waiting import wait_until


@pytest.mark.parametrize("disk", ["Maildir", "home"])
def test_the_queue_drains_completely_when_room_is_made(
    disk: str, postfix: Postfix, account: Account, program: Program
) -> None:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    place = account.maildir if disk == "Maildir" else account.home
    with mounted(account, place, ROOM):
        account.write(account.rules, RULES)
        fill_and_drain(postfix, hook.address(), place, account.maildir)


def test_the_queue_for_serve_drains_too(site: Site, lmtp_postfix: Postfix) -> None:
    place = site.maildir("anna")
    site.write_rules("anna", RULES.replace("maildir: ~/Maildir\n", ""))
    site.service.stop()  # what is mounted later it would not see
    with mounted(site.owner("anna"), place, ROOM):
        site.service.start()
        fill_and_drain(lmtp_postfix, site.address("anna"), place, place)
        site.service.stop()


def fill_and_drain(postfix: Postfix, address: str, place: Path, maildir: Path) -> None:
    ids = [postfix.submit(address, letter(number)) for number in range(MESSAGES)]
    outcomes = Counter(postfix.outcome(queue_id)[0] for queue_id in ids)
    assert outcomes.keys() == {"sent", "deferred"}, outcomes
    assert len(postfix.queue()) == outcomes["deferred"]
    enlarge(place)
    postfix.flush()
    wait_until(lambda: not postfix.queue(), "the queue is empty", seconds=60)
    odd, even = set(range(1, MESSAGES, 2)), set(range(0, MESSAGES, 2))
    assert numbers(messages(maildir)) == Counter(even)
    assert numbers(messages(maildir / ".Odd")) == Counter(odd)
    assert numbers(messages(maildir / ".Copies")) == Counter(odd)
    assert [path for path in maildir.glob("**/tmp/*") if path.is_file()] == []
    assert postfix.bounces() == []
