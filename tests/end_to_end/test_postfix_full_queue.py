"""A disk that gets full while mail comes in: Postfix keeps what has no room, and all of it
arrives, once, when room is made."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from .account import Account
from .hooks import MailboxCommand
from .postfix import Postfix
from .program import Program
from .requirements import need
from .waiting import wait_until

MESSAGES = 24
SIZE = 30_000  # bytes of each
ROOM = "400k"  # for a dozen of them
RULES = """\
maildir: ~/Maildir
rules:
  - when: {subject: odd}
    then: {file: Odd, flags: [seen], copy: Copies}
"""
BODY = b"x" * 70 + b"\n" * SIZE


def letter(number: int) -> bytes:
    kind = "odd" if number % 2 else "plain"
    return f"Subject: {kind} #{number}#\n\n".encode() + BODY


def numbers(paths: list[Path]) -> Counter[int]:
    """How often each message is there; it must be whole."""
    seen: Counter[int] = Counter()
    for path in paths:
        data = path.read_bytes()
        found = re.search(rb"^Subject: .*#(\d+)#$", data, re.M)
        assert found, path
        assert data.partition(b"\n\n")[2] == BODY, f"{path} is not whole"
        seen[int(found[1])] += 1
    return seen


@pytest.mark.parametrize("disk", ["Maildir", "home"])
def test_the_queue_drains_completely_when_room_is_made(
    disk: str, postfix: Postfix, account: Account, program: Program
) -> None:
    need("mount")
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    uid, gid = account.ids
    place = account.folder(account.maildir) if disk == "Maildir" else account.home
    owner = f"uid={uid},gid={gid},mode=700"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM},{owner}", "tmpfs", place], check=True
    )
    try:
        account.write(account.rules, RULES)
        ids = [postfix.submit(hook.address(), letter(number)) for number in range(MESSAGES)]
        outcomes = Counter(postfix.outcome(queue_id)[0] for queue_id in ids)
        assert outcomes.keys() == {"sent", "deferred"}, outcomes
        assert len(postfix.queue()) == outcomes["deferred"]
        subprocess.run(["mount", "-o", "remount,size=8m", place], check=True)
        postfix.flush()
        wait_until("the queue is empty", lambda: not postfix.queue(), seconds=60)
        odd, even = set(range(1, MESSAGES, 2)), set(range(0, MESSAGES, 2))
        assert numbers(account.delivered()) == Counter(even)
        assert numbers(account.delivered(".Odd")) == Counter(odd)
        assert numbers(account.delivered(".Copies")) == Counter(odd)
        assert account.leftovers() == []
        assert postfix.bounces() == []
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
