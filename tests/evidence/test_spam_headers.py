"""Spam headers as filters place them, seen from the border of the trusted networks.

Where they are: spamc and amavis (a proxy behind the mail server) write on top of
what they got; milters insert below the server's own Received line, as rspamd's
proxy does, or append behind the sender's header, as spamass-milter does.
"""

from __future__ import annotations

import pytest

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.message.spam import Verdict
from maildrop_py.rules.language.settings import Settings

BORDER = "Received: from mail.example.org (mail.example.org [203.0.113.9]) by mx.example.com; date"
LOCAL = "Received: from localhost (localhost [127.0.0.1]) by mx.example.com; date"
AMAVIS = "Received: from mx.example.com by localhost (amavis, unix socket) with LMTP id a; date"
SENDERS = ["From: a@example.org", "X-Spam-Status: No, score=-99 required=5", "X-Spam-Flag: NO"]
SITES = ["X-Spam-Status: Yes, score=9.1 required=5 tests=A", "X-Spam-Flag: YES"]
RSPAMD = ["X-Spamd-Result: default: True [9.10 / 15.00]; A(9.10)[]", "X-Rspamd-Server: mx"]


def seen(lines: list[str], *filters: str) -> Verdict:
    message = Message(BytesSource("\n".join([*lines, "", "text", ""]).encode()))
    return Evidence(message, Envelope(), Settings(spam_filters=filters), may_wait=False).spam()


PLACED = {
    "spamc": ([*SITES, BORDER, *SENDERS], ()),
    "amavis": ([LOCAL, *SITES, AMAVIS, BORDER, *SENDERS], ()),
    "a milter that appends": ([BORDER, *SENDERS, "Subject: x", *SITES], ()),
    "a milter that appends, named": ([BORDER, *SENDERS, "Subject: x", *SITES], ("spamassassin",)),
    "rspamd": ([BORDER, *RSPAMD, *SENDERS], ()),
    "rspamd, named": ([BORDER, *RSPAMD, *SENDERS], ("rspamd",)),
}


@pytest.mark.parametrize("place", PLACED)
def test_a_senders_own_headers_do_not_beat_the_sites_filter(place: str) -> None:
    lines, filters = PLACED[place]
    found = seen(lines, *filters)
    assert (found.score, found.flag) == (9.1, True)


CLEAN = ["X-Spam-Status: No, score=-1.2 required=5 tests=A", "X-Spam-Level:"]


@pytest.mark.parametrize(
    ("lines", "filters", "score", "flag"),
    [
        ([*CLEAN, BORDER], (), -1.2, False),
        ([LOCAL, *CLEAN, AMAVIS, BORDER], (), -1.2, False),
        ([BORDER, "Subject: x", *CLEAN], (), None, None),
        ([BORDER, "Subject: x", *CLEAN], ("spamassassin",), -1.2, False),
        ([BORDER, "X-Spamd-Result: default: False [-2.50 / 15.00]"], ("rspamd",), -2.5, False),
    ],
)
def test_what_the_sites_filter_says_in_favour_needs_its_place_or_its_name(
    lines: list[str], filters: tuple[str, ...], score: float | None, flag: bool | None
) -> None:
    found = seen(lines, *filters)
    assert (found.score, found.flag) == (score, flag)


def test_a_milter_that_left_nothing_is_not_replaced_by_the_sender() -> None:
    """The message was too large to be scanned, say."""
    assert seen([BORDER, *SENDERS]) == Verdict(exactness=0)
