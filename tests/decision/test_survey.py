"""survey: every condition of the shipped rules, asked of a message by itself."""

from __future__ import annotations

from maildrop_py.decision.decider import World
from maildrop_py.decision.survey import ALONE, Survey
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import mail

HEAD = """Received: from x (x [203.0.113.9]) by mx.me with ESMTP id 3
From: MAILER-DAEMON@a.example
X-Spam-Flag: YES
List-Id: <x.a.example>
"""


def test_conditions_are_asked_one_by_one() -> None:
    survey = Survey(Settings(), World(offline=True))
    held = dict(zip(survey.conditions, survey.ask(mail(HEAD)), strict=True))
    assert held["{mailing_list: true}"] is True and held["{bulk: true}"] is False
    assert held["{from_daemon: true}"] is True
    assert held["spam: likely"] is True, "of a shipped file"
    assert held["dnsbl: spamcop"] is None, "not asked"


def test_all_shipped_files_are_asked_or_those_that_are_named() -> None:
    every = Survey(Settings(), World(offline=True)).conditions
    some = Survey(Settings(), World(offline=True), ["helo"]).conditions
    assert len(every) > len(some) > len(ALONE) - 1
    assert any(name.startswith("helo: ") for name in some)
