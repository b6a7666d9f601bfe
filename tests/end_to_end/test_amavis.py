"""A real amavisd as content filter of a real Postfix: whose X-Spam fields count.

It writes its fields on top of its own Received line, above the border. As it is set up
here it leaves the sender's in; where it writes none (mail of few points), the sender's are alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.amavis import HAM_WORDS, filtered_by_amavis
from tests.support.end_to_end.hooks import MailboxCommand
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.scanners import SPAM_WORDS

RULES = """\
rules:
  - {name: spam, when: {spam_flag: true}, then: {file: Junk}}
  - {name: praised, when: {spam_score: "<= -2"}, then: {file: Praised}}
"""
FORGED = """\
X-Spam-Status: No, score=-99.0 tagged_above=-999 required=5.0
X-Spam-Flag: NO
X-Spam-Score: -99
X-Spam: No
X-Virus-Scanned: amavis at example.com
"""
MAIL = "From: ann@a.example\nTo: me@b.example\nSubject: a\nMessage-ID: <{}@a.example>\n{}\n{}\n"
STRANGER = {"ADDR": "203.0.113.9", "NAME": "mail.a.example", "HELO": "mail.a.example"}


@pytest.fixture(scope="module", params=[-999, 2], ids=["tags all mail", "tags from 2 points on"])
def tag_level(request: pytest.FixtureRequest, postfix_instance: Postfix) -> Iterator[float]:
    """The amavisd runs; the points from which on it writes its fields."""
    with filtered_by_amavis(postfix_instance, tag_level=request.param):
        yield request.param


@pytest.fixture
def hook(tag_level: float, postfix: Postfix, account: Account, program: Program) -> MailboxCommand:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    account.make_maildir()
    account.write(account.rules, RULES)
    return hook


def deliver(hook: MailboxCommand, forged: str, text: str) -> None:
    mail = MAIL.format(len(text), forged, text).encode()
    queue_id = hook.postfix.submit(hook.address(), mail, "ann@a.example", **STRANGER)
    reply = hook.postfix.outcome(queue_id)[1]
    behind = re.search(r"queued as (\w+)", reply)
    assert behind, reply
    assert hook.postfix.outcome(behind[1])[0] == "sent"


@pytest.mark.parametrize("forged", ["", FORGED], ids=["alone", "over a forged verdict"])
def test_spam_is_filed_as_amavis_says(hook: MailboxCommand, forged: str) -> None:
    deliver(hook, forged, SPAM_WORDS)
    assert hook.account.folders() == {".Junk": 1}


@pytest.mark.parametrize("forged", ["", FORGED], ids=["alone", "over a forged verdict"])
def test_what_a_sender_says_in_his_own_favour_never_counts(
    hook: MailboxCommand, tag_level: float, forged: str
) -> None:
    deliver(hook, forged, HAM_WORDS)
    assert hook.account.folders() == ({"": 1} if tag_level > 0 else {".Praised": 1})
