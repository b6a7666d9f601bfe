"""`scanners`: places, limits and time; every mistake with what would be right."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import problem_of, rules_of

RULE = "rules: [{then: {file: A}}]\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{spamd: unix:/run/s.sock}", (("spamd", "unix:/run/s.sock", 0),)),
        ("{rspamd: 'http://127.0.0.1:11333'}", (("rspamd", "http://127.0.0.1:11333", 0),)),
        ("{rspamd: {at: a:1, controller: a:2}}", (("rspamd", "a:1 a:2", 0),)),
        ("{clamd: {at: '[::1]:3310', max_size: 2MB}}", (("clamd", "[::1]:3310", 2 << 20),)),
        ("{bogofilter: true}", (("bogofilter", "", 0),)),
        ("{bogofilter: {max_size: 1KB}}", (("bogofilter", "", 1024),)),
        ("{bogofilter: /usr/bin/bogofilter}", (("bogofilter", "/usr/bin/bogofilter", 0),)),
        ("{bogofilter: false, spamd: false}", ()),
        ("{spamd: localhost}", (("spamd", "localhost", 0),)),
    ],
)
def test_scanners_are_read(text: str, found: tuple[tuple[str, str, int], ...]) -> None:
    assert rules_of(f"{RULE}scanners: {text}").settings.scanners == found


def test_their_time_is_ten_seconds_unless_it_is_said() -> None:
    assert rules_of(RULE).settings.scan_timeout == 10
    assert rules_of(f"{RULE}scanners: {{timeout: 2.5}}").settings.scan_timeout == 2.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{spamd: '/run/s.sock'}", "is not an address of spamd"),
        ("{spamd: 'localhost:x'}", "is not an address of spamd"),
        ("{spamd: 'localhost:99999'}", "is not an address of spamd"),
        ("{clamd: {max_size: 1MB}}", "where is clamd?"),
        ("{clamd: {at: a, controller: b}}", "controller"),
        ("{clamd: {at: a, max_size: '> 1MB and < 2MB'}}", "this is not a size"),
        ("{bogofilter: bogofilter}", "true, or /path/of/bogofilter"),
        ("{spamc: a}", "did you mean"),
        ("{timeout: 0}", "at most 60"),
        ("{timeout: 61}", "at most 60"),
    ],
)
def test_mistakes_say_what_would_be_right(text: str, said: str) -> None:
    assert said in problem_of(f"{RULE}scanners: {text}")
