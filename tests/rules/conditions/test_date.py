"""date: weekdays, hours, zones and periods of the message's date, its receipt, and now."""

from __future__ import annotations

from time import gmtime, struct_time

import pytest

from maildrop_py.message.message_file import StatedFile
from maildrop_py.rules.condition import Facts
from tests.support.rules_reading import (
    NOBODY,
    NOW,
    Answers,
    asked,
    facts,
    held,
    mail,
    when,
    when_problem,
)

HEAD = (
    "Received: from a by b; Sat, 19 Sep 2026 23:30:00 -0700\n"
    "Received: from c by a; Fri, 18 Sep 2026 23:30:00 -0700\n"
    "Date: Thu, 17 Sep 2026 06:05:04 +0900\n"
    "Resent-Date: Wed, 16 Sep 2026 00:00:00 GMT\n"
    "X-Odd: yesterday\n"
)


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        # the message's own Date is 16 September, 21:05:04 UTC, a Wednesday
        ("{weekday: wed}", True),
        ("{weekday: Thursday}", False),
        ("{zone: original, weekday: Thursday}", True),
        ("{zone: original, hour: 6, minute: 0-5}", True),
        ("{zone: original, hour: 7}", False),
        ("{zone: '+09:00', time: 06:05}", True),
        ("{zone: '-0100', time: 20:05-20:06}", True),
        ("{zone: UTC, time: 22:00-21:04}", False),  # over midnight
        ("{time: 20:00-06:00}", True),
        ("{day: [1, 15-16], month: [jan, sep], year: 2026}", True),
        ("{month: oct-feb}", False),
        ("{month: sep-feb}", True),
        ("{weekday: fri-wed}", True),
        ("{weekday: mon-tue}", False),
        ("{from: 2026-09-16, until: 2026-09-16}", True),  # the whole of the last day
        ("{from: 2026-09-17}", False),
        ("{until: 2026-09-15}", False),
        ("{until: 2026-09-16T21:05}", True),
        ("{until: 2026-09-16T21:04}", False),
        ("{from: 2026-09-16 21:05:04}", True),
        ("{from: 2026-09-16T21:05:05}", False),
        ("{of: message, hour: 21}", True),
        ("{of: date, hour: 21}", True),
        # received on 20 September, 06:30 UTC, a Sunday; now is the 21st, 14:13:20 UTC
        ("{of: received, weekday: sun, hour: 6}", True),
        ("{of: received, zone: original, weekday: sat, hour: 23}", True),
        ("{of: now, weekday: mon, day: 21, hour: 14, minute: 13}", True),
        ("{of: now, zone: original, hour: 14}", True),
        ("{of: now, zone: '+1000', day: 22}", True),
        ("{of: Resent-Date, day: 16, hour: 0}", True),
        ("{of: X-Odd, day: 16}", None),
        ("{of: X-None, day: 16}", None),
    ],
)
def test_dates(test: str, answer: bool | None) -> None:
    assert held(f"{{date: {test}}}", HEAD) is answer
    assert held(f"{{not: {{date: {test}}}}}", HEAD) is (None if answer is None else not answer)


def test_local_time_is_that_of_the_calendar() -> None:
    def ten_hours_east(seconds: float) -> struct_time:
        return gmtime(seconds + 36_000)

    message = mail(HEAD)
    given = Facts(message, NOBODY, Answers(), NOW, calendar=ten_hours_east)
    assert when("{date: {of: now, day: 22, hour: 0}}").test(given).held
    assert when("{date: {of: now, zone: local, day: 22}}").test(given).held
    assert when("{date: {of: now, zone: UTC, day: 21}}").test(given).held


def test_without_a_received_line_it_was_received_when_it_was_filed() -> None:
    asked = when("{date: {of: received, year: 1970}}")
    filed = mail("Subject: a", file=StatedFile("INBOX", mtime=5000.0))
    assert asked.test(facts(filed)).held
    assert asked.test(facts("Subject: a")).held is False


@pytest.mark.parametrize("year", ["-1", "0", "99999999999", "1000000000000000000000"])
def test_no_date_stops_a_delivery(year: str) -> None:
    assert held("{date: {year: 2026}}", f"Date: 1 Jan {year} 00:00:00 +9999") in (False, None)


def test_what_was_seen_is_shown() -> None:
    outcome = asked("{date: {zone: original, hour: 6}}", HEAD)
    assert outcome.text == "2026-09-17T06:05:04 +0900"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{}", "nothing is asked of the date (such as {weekday: [sat, sun]})"),
        ("{of: now}", "nothing is asked of the date"),
        ("{weekday: caturday}", "'caturday' is no weekday (such as sat, or mon-fri)"),
        ("{weekday: su}", "'su' is no weekday"),
        ("{hour: 24}", "'24' is no hour (0 to 23)"),
        ("{hour: '>= 8'}", "'>= 8' is no hour (such as 0, or 0-23)"),
        ("{time: 8-17}", "such as 08:30-17:00"),
        ("{month: 0}", "1 to 12"),
        ("{year: 2030-2020}", "the earlier year first"),
        ("{until: 2026-02-30}", "'2026-02-30' is not a date (2026-12-24"),
        ("{until: tomorrow}", "is not a date"),
        ("{from: 2026-12-24, until: 2026-12-23}", "it ends before 2026-12-24"),
        ("{zone: JST, hour: 1}", "'JST' is not a zone (local, original, UTC, or such as +09:00)"),
        ("{of: receipt, hour: 1}", "did you mean `received`?"),
        ("{of: 'X Y', hour: 1}", "cannot be a header's name"),
        ("{hours: 1}", "did you mean `hour`?"),
        ("now", "a mapping (`key: value`) must be here"),
    ],
)
def test_mistakes(test: str, said: str) -> None:
    assert said in when_problem(f"{{date: {test}}}")


def test_it_says_itself_in_words() -> None:
    condition = when("{date: {of: received, weekday: [mon-fri, sun], zone: UTC}}")
    assert condition.describe() == "date of receipt is weekday mon-fri or sun, zone UTC"
