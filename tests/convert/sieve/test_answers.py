"""vacation and notify: what rules they become. Whether they are sent is not part of a proof."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.convert.sieve.proving import TODAY, rules, written

HEAD = 'require ["vacation", "vacation-seconds", "enotify", "variables"];\n'


def thens(text: str) -> list[dict[str, Any]]:
    return [rule.then for rule in written(HEAD + text).rules]


def test_a_vacation_is_given_a_last_day_and_that_is_said() -> None:
    found = thens(
        'vacation :days 3 :subject "Away" :addresses "a@example.org" :handle "h" "I am away";'
    )
    assert found == [
        {
            "vacation": {
                "text": "I am away",
                "subject": "Away",
                "days": 3,
                "addresses": ["a@example.org"],
                "handle": "h",
                "until": date(2026, 7, 31),
            }
        }
    ]
    assert found[0]["vacation"]["until"] > TODAY
    assert "write the last day of your absence" in rules(HEAD + 'vacation "x";')


def test_a_text_that_a_branch_chose_makes_two_rules() -> None:
    found = thens('set "t" "a"; if exists "cc" { set "t" "b"; } vacation "${t}";')
    assert sorted(then["vacation"]["text"] for then in found) == ["a", "b"]


def test_a_notification_goes_to_each_address() -> None:
    found = thens('notify :message "x" "mailto:a@example.org,b@example.org?body=z";')
    assert [then["notify"] for then in found] == [
        {"to": "a@example.org", "text": "x"},
        {"to": "b@example.org", "text": "x"},
    ]


def test_other_ways_of_notification_are_gaps() -> None:
    assert len(written(HEAD + 'notify "xmpp:a@example.org";').gaps) == 1
    assert len(written(HEAD + 'vacation :mime "Content-Type: image/png\n\nx";').gaps) == 1


def test_of_an_answer_in_mime_the_text_is_sent() -> None:
    plain = "Content-Type: text/plain; charset=utf-8\n\nI am away\n"
    assert thens(f'vacation :mime "{plain}";')[0]["vacation"]["text"] == "I am away"
    html = "Content-Type: text/html; charset=utf-8\n\n<p>I am <b>away</b></p>\n"
    assert thens(f'vacation :mime "{html}";')[0]["vacation"]["text"].strip() == "I am away"


def test_my_addresses_are_written_without_names() -> None:
    found = thens('vacation :addresses ["Me <me@example.org>", "<i@example.org>"] "x";')
    assert found[0]["vacation"]["addresses"] == ["me@example.org", "i@example.org"]
    assert len(written(HEAD + 'vacation :addresses "me" "x";').gaps) == 1


def test_it_is_said_that_sieve_keeps_what_it_rejects_and_files() -> None:
    script = 'require "reject"; if exists "x" { reject "no"; } if exists "y" { discard; }'
    assert "Sieve keeps it instead" in rules(script)
