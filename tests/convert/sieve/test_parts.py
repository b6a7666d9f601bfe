"""Tests of MIME parts, loops over them, and the scores of scanners."""

from __future__ import annotations

from maildrop_py.convert.predicate import as_when
from tests.convert.sieve.proving import is_same, rules, written

HEAD = """require ["mime","foreverypart","extracttext","body","variables","imap4flags","fileinto",
"spamtest","virustest","relational","comparator-i;ascii-numeric","date","ihave","regex"];
"""
PARTS = b"""From: a@example.org
Subject: parts
Content-Type: multipart/mixed; boundary=A
Date: Wed, 21 Aug 2002 12:00:00 +0000

--A
Content-Type: text/plain; charset="utf-8"

hello there
--A
Content-Type: text/html; charset=us-ascii

<p>goodbye</p>
--A
Content-Type: application/x-msdownload; name="bad name.EXE"
Content-Disposition: attachment; filename="bad name.EXE"

x
--A
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--A--
"""
CLEAN = PARTS.replace(b"bad name.EXE", b"good.pdf").replace(b"hello", b"goodbye")
SINGLE = b"From: a@example.org\nContent-Type: text/html; charset=utf-8\n\n<b>hello</b>\n"
PLAIN = b"From: a@example.org\nSubject: x\n\nhello\n"
CONDITIONS = (
    'header :mime :type "content-type" "multipart"',
    'header :mime :subtype :matches "content-type" "*x*"',
    'header :mime :contenttype "content-type" "text/html"',
    'header :mime :anychild :contenttype "content-type" ["text/html", "text/enriched"]',
    'header :mime :anychild :type "content-type" "application"',
    'header :mime :anychild :subtype :contains "content-type" "cal"',
    'header :mime :anychild :param "charset" "content-type" "UTF-8"',
    'header :mime :anychild :param ["filename", "name"] :matches '
    '["content-type", "content-disposition"] ["*.exe", "*.scr"]',
    'header :mime :anychild :param "filename" :regex "content-disposition" "^good"',
    'header :mime :anychild :contains "content-disposition" "attachment"',
    'header :mime :anychild :contains "content-type" "boundary"',
    'exists :mime :anychild "content-disposition"',
    'exists :mime "content-type"',
    'body :content "text/html" :contains "goodbye"',
    'body :content "text" :contains "hello"',
    'body :content ["text/calendar", "text/x"] :matches "*VCAL*"',
    'body :content "application/pdf" :contains ""',
)
LOOPS = (
    'foreverypart { if header :mime :param "filename" :matches "content-disposition" "*.exe" '
    '{ fileinto "bad"; stop; } }',
    'foreverypart { if allof (header :mime :contenttype "content-type" "text/html", '
    'header :mime :param "charset" "content-type" "utf-8") { addflag "both"; } }',
    'foreverypart { if allof (header :mime :type "content-type" "text", not header :mime '
    ':subtype "content-type" ["html", "plain"], exists "date") { addflag "other"; break; } }',
    'foreverypart { if header :mime :type "content-type" "text" { addflag "t"; } '
    'elsif exists :mime "content-disposition" { addflag "d"; } }',
    'foreverypart { if exists :mime "content-disposition" { set "has" "yes"; break; } } '
    'if string "${has}" "yes" { addflag "attached"; } else { addflag "none"; }',
    'foreverypart { if header :mime :contenttype "content-type" "text/plain" '
    '{ extracttext :first 5 "what"; break; } } if string "${what}" "hello" { addflag "h"; }',
)
MESSAGES = (PARTS, CLEAN, SINGLE, PLAIN)


def test_headers_and_texts_of_parts_are_asked_for_as_sieve_does() -> None:
    tested = (f'if {one} {{ addflag "k{at}"; }}\n' for at, one in enumerate(CONDITIONS))
    assert is_same(HEAD + "".join(tested), *MESSAGES)


def test_a_loop_over_parts_does_what_it_does_if_some_part_passes() -> None:
    for loop in LOOPS:
        assert is_same(HEAD + loop, *MESSAGES)


def test_a_folder_by_the_year_has_the_year() -> None:
    script = 'if currentdate :matches "year" "*" { set "y" "${1}"; } fileinto "a/${y}";'
    assert is_same(HEAD + script, PLAIN)
    script = 'if date :matches "date" "year" "*" { fileinto "y-${1}"; }'
    assert is_same(HEAD + script, *MESSAGES)


def test_a_script_that_fails_keeps_the_message() -> None:
    script = 'if exists "date" { error "no"; } fileinto "a";'
    assert [rule.then for rule in written(HEAD + script).rules] == [
        {"file": "INBOX"},
        {"file": "a"},
    ]
    late = 'if exists "date" { fileinto "b"; } if exists "x" { error "no"; }'
    assert len(written(HEAD + late).gaps) == 1


def when(condition: str) -> object:
    found = written(HEAD + f"if {condition} {{ discard; }}")
    assert not found.gaps
    return as_when(found.rules[0].when)


def test_scores_become_the_scanners_own() -> None:
    numeric = ':comparator "i;ascii-numeric"'
    assert when(f'spamtest :value "ge" {numeric} "5"') == {"spam_score": ">= 5"}
    assert when(f'not spamtest :value "ge" {numeric} "7"') == {"not": {"spam_score": ">= 7"}}
    tested = {"spam_score": ">= -1000000"}
    assert when(f'spamtest :value "eq" {numeric} "0"') == {"not": tested}
    assert when(f'spamtest :count "ge" {numeric} "1"') == tested
    assert when(f'virustest :value "ge" {numeric} "4"') == {"virus": True}
    assert when('spamtest :value "ge" "5"') == {"spam_score": ">= 5"}
    assert "letter by letter" in rules(HEAD + 'if spamtest :value "ge" "5" { discard; }')
    assert rules(HEAD + 'if spamtest "10" { discard; }').count("see whether the limit") == 1
