"""Every way of comparing an address, a text, a count, a flag: many conditions in one script, each
of which sets a keyword of its own, so that one run of sieve-test proves them all."""

from __future__ import annotations

from tests.convert.sieve.proving import is_same, written
from tests.convert.sieve.test_kinds import BARE, ENCODED, MAIL, OTHER

HEAD = """require ["envelope","variables","imap4flags","relational","comparator-i;ascii-numeric",
"regex","subaddress","environment","enotify","date"];
"""
ADDRESSES = (
    'address :matches "from" "a*@*.org"',
    'address :matches :localpart "from" "?nn"',
    'address :matches :domain "to" ["*.net", "nothing"]',
    'address :regex :localpart "from" "^(ann|ben)$"',
    'address :regex :domain "from" "ample"',
    'address :regex :user "to" "m.|x"',
    'address :regex "to" "^me[+]|^other"',
    'address :detail "to" "work"',
    'address :detail :matches "to" "w*k"',
    'address :detail :contains "to" "or"',
    'address :user :is "to" "me"',
    'address :user :contains "to" "the"',
    'address :user :matches "to" "*e"',
    'address :comparator "i;octet" "from" "Ann@example.org"',
    'address :comparator "i;octet" :localpart "from" "ann"',
    'address :value "gt" "from" "anz"',
    'address :value "le" "from" "B"',
    'address "from" "a*n@example.org"',
    'address "from" "ann"',
    'address :count "ge" :comparator "i;ascii-numeric" ["to", "cc"] "3"',
    'address :count "eq" :comparator "i;ascii-numeric" ["from", "to"] ["2", "3"]',
    'address :count "lt" :comparator "i;ascii-numeric" ["from", "bcc"] "2"',
    'envelope :detail "from" "x"',
    'envelope :regex :domain "from" "^lists[.]"',
    'envelope :comparator "i;octet" :localpart "from" "ann+x"',
    'envelope :value "ge" "from" "b"',
    'envelope :user "from" "ann"',
)
TEXTS = (
    'header :value "gt" "subject" "M"',
    'header :value "lt" "subject" "[billing #17] refund of 20&"',
    'header :value "ge" :comparator "i;octet" "subject" "[billing"',
    'header :value "ne" "x-priority" "2"',
    'header :value "eq" "x-priority" "2"',
    'header :value "gt" :comparator "i;ascii-numeric" "x-priority" "none"',
    'header :value "le" :comparator "i;ascii-numeric" "x-level" "none"',
    'header :is :comparator "i;ascii-numeric" "subject" ""',
    'header :value "ge" :comparator "i;ascii-numeric" "x-level" "12 pieces"',
    'header :count "ge" "received" "1"',
    'header :count "ne" "received" "2"',
    'header :count "gt" :comparator "i;ascii-numeric" ["received", "from", "cc"] "3"',
    'string :comparator "i;octet" "Ab" "ab"',
    'string :value "gt" "b" ["c", "A"]',
    'string :count "eq" :comparator "i;ascii-numeric" ["a", "", "b"] "2"',
    'string :contains "${three}" "re"',
    'environment :contains "name" "sieve"',
    'environment :is "no-such-item" ""',
    'not environment :matches "name" "*A"',
    'hasflag :contains "mine" "LI"',
    'hasflag :count "ge" :comparator "i;ascii-numeric" "mine" "2"',
    'hasflag :matches "mine" "*p"',
    'hasflag "other" "Bop"',
)
DATES = (
    'date :zone "+0000" :contains "date" "hour" "3"',
    'date :zone "+0000" :matches "date" "day" "2?"',
    'date :zone "+0000" :regex "date" "month" "0[7-9]"',
    'date :zone "+0000" :value "ne" "date" "weekday" "3"',
    'date :zone "+0000" :value "ne" "date" "minute" ["30"]',
    'date :zone "+0000" :value "ge" "date" "time" "23:30:00"',
    'date :zone "+0000" :value "lt" "date" "time" "12:00:00"',
    'date :zone "+0000" :value "gt" "date" "time" "23:29:59"',
    'date :zone "+0200" :value "ge" "date" "iso8601" "2002-08-22T01:30:00+02:00"',
    'date :zone "+0200" :value "gt" "date" "iso8601" "2002-08-22T01:30:00+02:00"',
    'date :zone "+0000" :value "lt" "date" "iso8601" "2002-08-21T23:30:01+00:00"',
    'currentdate :matches "month" "??"',
    'currentdate :contains "day" "x"',
)
MATCHES = (
    'header :matches "subject" "*#*" { addflag "a"; if string "${2}" "nothing" { discard; } }',
    'allof (header :matches "to" "*", header :matches "from" "* <*>", exists "cc") '
    '{ if string :is "${2}" "ann@example.org" { addflag "b"; } }',
    'anyof (header :matches "subject" "*Zahl*", header :matches "subject" "*Ref*", '
    'address :matches "from" "*@*") { if string :contains "${2}" "o" { addflag "c"; } }',
    'not header :matches "list-id" "*<*>" { addflag "d"; } '
    'else { if string "${2}" "python.example.org" { addflag "e"; } }',
    'header :regex "subject" "(re)(fund)(x)?" '
    '{ if string "${1}${2}${3}${9}" "Refund" { addflag "f"; } }',
    'string :matches "frop:frup" "*:*" { if string "${02}" "frup" { addflag "g"; } }',
    'address :matches :domain "to" ["*.net", "*.none"] '
    '{ if string :is "${1}" "example" { addflag "h"; } }',
    'envelope :matches "from" "*+*@*" { if string "${1}-${3}" "ann-lists.example.org" '
    '{ addflag "i"; } }',
)
OLDER = b"From: Zed <zed@example.net>\nTo: a@b.example\nSubject: Re: none\nX-Priority: none\n\nx\n"


def script(conditions: tuple[str, ...]) -> str:
    tested = "".join(
        f'if {one} {{ addflag "k{number}"; }}\n' for number, one in enumerate(conditions)
    )
    sets = 'set "three" "three"; setflag "mine" "flip flop"; addflag "other" "bop Bop";\n'
    return f"{HEAD}{sets}{tested}"


def test_addresses_are_compared_as_sieve_does() -> None:
    assert is_same(script(ADDRESSES), MAIL, OTHER, BARE, OLDER)


def test_texts_counts_and_flags_are_compared_as_sieve_does() -> None:
    assert is_same(script(TEXTS), MAIL, OTHER, ENCODED, BARE, OLDER)


def test_dates_are_compared_as_sieve_does() -> None:
    early = MAIL.replace(b"23:30:00", b"08:05:59")
    assert is_same(script(DATES), MAIL, early, MAIL.replace(b"21 Aug", b"3 Nov"))


def test_what_matched_is_known_in_the_block_of_the_test() -> None:
    assert is_same(HEAD + "".join(f"if {one}\n" for one in MATCHES), MAIL, OTHER, ENCODED, BARE)


def test_what_matched_is_known_behind_a_test_whose_block_ended() -> None:
    behind = 'if not header :matches "subject" "*#*] *" { stop; }'
    behind += 'if string "${2}" "17" { discard; }'
    assert is_same(HEAD + behind, MAIL, OTHER, BARE)


def test_what_matched_is_not_guessed_where_only_one_of_two_tests_may_have() -> None:
    unclear = 'if anyof (exists "x", header :matches "subject" "*") { redirect "${1}@a.example"; }'
    assert written(HEAD + unclear).rules == () and len(written(HEAD + unclear).gaps) == 1
