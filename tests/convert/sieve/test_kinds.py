"""Every kind of command and test of Sieve, against Pigeonhole's own sieve-test."""

from __future__ import annotations

import pytest

from maildrop_py.convert import predicate
from tests.convert.sieve.proving import is_same, proved, written

MAIL = b"""Return-Path: <ann+x@lists.example.org>
From: Ann <ann@example.org>
To: Me <me+work@example.net>, other@example.com
Cc: python-list@python.example
Subject: [Billing #17] Refund of 20%
List-Id: Python <python.example.org>
X-Priority: 2
X-Level: 12 points
X-Empty:
Message-ID: <1@example.org>
Date: Wed, 21 Aug 2002 23:30:00 +0000
Received: one
Received: two

Dear reader,
unsubscribe here
"""
OTHER = MAIL.replace(b"ann@", b"ben@").replace(b"X-Priority: 2", b"X-Priority: 10")
ENCODED = MAIL.replace(b"[Billing #17] Refund of 20%", b"=?UTF-8?Q?R=C3=BCckzahlung?= a*b")
BARE = b"From: x@example.org\n\n\n"
EXTENSIONS = """require ["fileinto","envelope","copy","variables","imap4flags","relational",
"comparator-i;ascii-numeric","regex","body","subaddress","reject","encoded-character",
"ihave","include","date","index","vacation","enotify","duplicate"];
"""
KINDS = {
    "nothing": "# only a comment\n",
    "keep": "keep;",
    "discard": "discard;",
    "fileinto": 'fileinto "a";',
    "fileinto and keep": 'fileinto "a"; keep;',
    "two folders": 'fileinto "a"; fileinto "b";',
    "one folder twice": 'fileinto "a"; fileinto "a"; keep; keep;',
    "INBOX by its name": 'fileinto "inbox"; fileinto "INBOX"; keep;',
    "a copy": 'fileinto :copy "a";',
    "a copy of what is discarded": 'fileinto :copy "a"; discard;',
    "discarded, then kept": "discard; keep;",
    "stop": 'if header :contains "subject" "refund" { stop; } fileinto "a";',
    "filed, then stop": 'fileinto "a"; if true { stop; } fileinto "b";',
    "stop where it may be filed": 'if exists "cc" { fileinto "a"; } '
    'if header :is "x-priority" "2" { stop; } fileinto "b";',
    "redirect": 'redirect "you@example.org";',
    "redirect a copy": 'redirect :copy "you@example.org"; fileinto "a";',
    "redirect to a name": 'redirect "You <you@example.org>";',
    "reject": 'if exists "list-id" { reject "no lists"; }',
    "else": 'if header :contains "from" "ann" { fileinto "a"; } '
    'elsif header :contains "from" "ben" { fileinto "b"; } else { fileinto "c"; }',
    "else, and more behind": 'if header :contains "from" "ann" { fileinto "a"; } '
    'elsif header :contains "from" "ben" { discard; } else { keep; } redirect :copy "y@a.example";',
    "nested": 'if exists "cc" { if exists "list-id" { fileinto "a"; stop; } fileinto "b"; }',
    "is": 'if header :is "x-priority" ["2", "3"] { discard; }',
    "is empty": 'if header :is "x-empty" "" { discard; }',
    "contains nothing": 'if header :contains "x-empty" "" { discard; }',
    "several headers": 'if header :contains ["x-none", "cc", "to"] "python" { discard; }',
    "matches": 'if header :matches "subject" "*[Bill?ng #*" { discard; }',
    "matches a star": 'if header :matches "subject" "*a\\\\*b" { discard; }',
    "case": 'if header :comparator "i;octet" :contains "subject" "refund" { discard; }',
    "encoded": 'if header :contains "subject" "zahlung a*" { discard; }',
    "encoded characters": 'if header :contains "to" "me${hex:2b}work" { discard; }',
    "regex": 'if header :regex "subject" "^\\\\[[a-z]+ #[0-9]{2}\\\\]" { discard; }',
    "posix classes": 'if header :regex "subject" "[[:digit:]]+%$" { discard; }',
    "numbers": 'if header :value "ge" :comparator "i;ascii-numeric" "x-priority" "3" { discard; }',
    "numbers and words": 'if header :value "lt" :comparator "i;ascii-numeric" '
    '["x-level", "x-none"] "13" { discard; }',
    "counts": 'if header :count "ge" :comparator "i;ascii-numeric" ["cc","x-none"] "1" '
    "{ discard; }",
    "address": 'if address :is "from" "ann@example.org" { discard; }',
    "address of several": 'if address :is ["to","cc"] "other@example.com" { discard; }',
    "domain": 'if address :domain :is ["from", "to"] "example.net" { discard; }',
    "part of a domain": 'if address :domain :contains "cc" "thon" { discard; }',
    "localpart": 'if address :localpart :is "from" "ann" { discard; }',
    "user": 'if address :user :is "to" "me" { discard; }',
    "part of an address": 'if address :contains "from" "ann" { discard; }',
    "address matches": 'if address :matches "to" "*work*" { discard; }',
    "envelope": 'if envelope "from" "ann+x@lists.example.org" { discard; }',
    "envelope domain": 'if envelope :domain :matches "from" "*.example.org" { discard; }',
    "envelope recipient": 'if envelope :localpart "to" "me" { discard; }',
    "exists": 'if exists ["cc", "list-id"] { discard; }',
    "not": 'if not exists ["cc", "x-none"] { discard; }',
    "all of": 'if allof (exists "cc", not header :contains "subject" "x") { discard; }',
    "any of": 'if anyof (exists "x-none", header :contains "subject" "refund") { discard; }',
    "size": 'if size :over 1K { discard; } elsif size :under 200 { fileinto "small"; }',
    "true and false": 'if false { discard; } elsif true { fileinto "a"; }',
    "body": 'if body :contains "UNSUBSCRIBE" { discard; }',
    "raw body": 'if body :raw :contains "subscribe here" { discard; }',
    "flags": 'addflag "\\\\Seen"; addflag ["$Work", "\\\\Flagged"]; removeflag "\\\\Seen";',
    "flags of a filing": 'fileinto :flags "\\\\Seen $Work" "a"; keep;',
    "flags of some": 'if exists "cc" { addflag "\\\\Seen"; } fileinto "a"; keep;',
    "flags set again": 'addflag "\\\\Seen"; if exists "cc" { setflag "$Work"; } fileinto "a";',
    "asked for flags": 'if exists "cc" { setflag "\\\\Seen"; } if hasflag "\\\\Seen" { discard; }',
    "variables": 'set "a" "li"; set "b" "${a}st"; fileinto "${b}";',
    "a variable that branches set": 'set "a" "x"; if exists "cc" { set "a" "y/z"; } '
    'elsif exists "x-none" { set "a" "w"; } fileinto "${a}";',
    "modifiers": 'set :upperfirst :lower "a" "LIST"; set :length "b" "four"; fileinto "${a}${b}";',
    "what matched": 'if header :matches "list-id" "*<*.example.org>*" { fileinto "l-${2}"; }',
    "what matched, kept": 'if header :matches "list-id" "*<*.example.org>*" '
    '{ set :upper "l" "${2}"; } if string :is "${l}" "PYTHON" { fileinto "p"; }',
    "what an expression matched": 'if header :regex "subject" "#([0-9]+)" { fileinto "n-${1}"; }',
    "strings": 'set "a" "x"; if string :matches "${a}${a}" "x?" { discard; }',
    "detail": 'if envelope :detail "to" "lists" { discard; }',
    "extensions that are there": 'if ihave "fileinto" { fileinto "a"; } else { discard; }',
    "tests in a list": 'if header :contains "subject" ["zzz", "refund"] { fileinto "a"; }',
    "a text of several lines": 'if exists "cc" { reject text:\nno\n..thanks\n.\n; }',
    "counts of one": 'if header :count "lt" :comparator "i;ascii-numeric" "received" "2" '
    "{ discard; }",
    "counts of addresses": 'if address :count "gt" :comparator "i;ascii-numeric" "to" "1" '
    "{ discard; }",
    "the last of several": 'if header :index 1 :last :contains "received" "two" { discard; }',
    "the second of several": 'if header :index 2 :matches "received" "*" { discard; }',
    "hour": 'if date :zone "+0900" :is "date" "hour" "08" { discard; }',
    "weekday": 'if date :originalzone "date" "weekday" ["0", "3"] { discard; }',
    "year": 'if date :value "ge" "date" "year" "2003" { discard; }',
    "day": 'if date :zone "+0000" :value "le" "date" "date" "2002-08-21" { discard; }',
    "now": 'if currentdate :value "ge" "date" "2001-01-01" { discard; }',
    "what the envelope matched": 'if envelope :matches "from" "*@*" { fileinto "f-${2}"; }',
    "the envelope by an expression": 'if envelope :regex :localpart "from" "^ann" { discard; }',
    "comments": "/* a\n comment */ if true # here\n { discard; }",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind(name: str) -> None:
    assert is_same(EXTENSIONS + KINDS[name], MAIL, OTHER, ENCODED, BARE)


def test_an_included_script_runs_where_it_is_included() -> None:
    script = EXTENSIONS + 'include :personal "lists"; fileinto "b";'
    lists = 'require "fileinto"; if exists "list-id" { fileinto "a"; stop; }'
    assert is_same(script, MAIL, BARE, included={"lists": lists})


def test_return_leaves_the_included_script_alone() -> None:
    script = EXTENSIONS + 'include "one"; fileinto "b";'
    one = 'require ["fileinto", "include"]; fileinto "a"; return; fileinto "c";'
    assert is_same(script, MAIL, included={"one": one})


def test_a_script_that_is_none_to_pigeonhole_is_not_proved() -> None:
    with pytest.raises(OSError, match="does not take the script"):
        proved('if address :is "x-none" "a" { discard; }', MAIL)


def test_what_a_server_alone_knows_becomes_the_rules_own_words() -> None:
    script = """require ["fileinto","mailbox","special-use","duplicate"];
    if mailboxexists "Lists.a" { fileinto "Lists.a"; }
    elsif duplicate :header "X-Id" :seconds 60 :handle "h" { discard; }
    else { fileinto :specialuse "\\\\Junk" "Spam"; }
    """
    found = written(script)
    assert found.gaps == ()
    assert found.rules[0].when == predicate.Test("folder_exists", "Lists/a", (("message", 0),))
    assert found.rules[1].when.value == {"header": "X-Id", "for": "60s", "handle": "h"}  # type: ignore[union-attr]
    assert found.rules[2].then == {"file": "\\Junk"}
