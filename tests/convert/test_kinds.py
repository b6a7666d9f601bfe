"""Every kind of recipe, and every trap, against real procmail."""

from __future__ import annotations

import pytest

from tests.convert.proving import is_same, need

MAIL = b"""From: Ann <ann@example.org>
To: me@example.net
Cc: python-list@python.example
Subject: [Billing #17] Refund of 20%
List-Id: Python <python.example.org>
X-Spam-Level: *****
X-Folded: one
\ttwo
Message-ID: <1@example.org>

Dear reader,
unsubscribe here
--\x20
"""
TWICE = MAIL.replace(b"Ann", b"Ben")
EMPTY = b"From: x@example.org\n\n"
TOP = "MAILDIR=$HOME/Maildir\nDEFAULT=$MAILDIR/\n"

KINDS = {
    "header": ":0\n* ^Subject:.*refund\nBills/\n",
    "two conditions": ":0:\n* ^From:.*ann@\n* !^Subject:.*spam\n.Ann/\n",
    "mbox": ":0:\n* ^From:.*ann\nann\n",
    "straight into new": ":0\n* ^From:.*ann\n.Ann/new\n",
    "mh": ":0\n* ^From:.*ann\nann/.\n",
    "two folders": ":0\n* ^From:.*ann\na/ b/\n",
    "copy": ":0c\ncopies/\n\n:0\n* ^From:.*ann\nann/\n",
    "lines counted": ':0 Bfh\n* H ?? !^Lines:\n* -1^0\n* 1^1 ^.*$\n| formail -A "Lines: $="\n',
    "discard of a part": ":0 h\n* ^From:.*ben\n/dev/null\n",
    "marked as read": ":0\n* ^From:.*ann\n{\n :0 c\n a/\n\n :0 ahi\n"
    ' * LASTFOLDER ?? ()\\/[^/]+^^\n | mv "$LASTFOLDER" "$MAILDIR/a/cur/$MATCH:2,S"\n}\n',
    "discard": ":0\n* ^From:.*ben\n/dev/null\n",
    "forward": ":0\n* ^From:.*ben\n! a@example.org b@example.org\n",
    "forward a copy": ":0c\n! a@example.org\n",
    "pipe": ":0\n* ^From:.*ben\n| cat >/dev/null\n",
    "to": ":0\n* ^TO_me@example\\.net\nme/\n",
    "to word": ":0\n* ^TOpython\npython/\n",
    "daemon": ":0\n* ^FROM_DAEMON\nd/\n\n:0\n* !^FROM_MAILER\nm/\n",
    "size": ":0\n* > 200\nlarge/\n\n:0\n* < 100\nsmall/\n",
    "body": ":0B\n* unsubscribe here\nnews/\n\n:0\n* B ?? ^-- $\nsigned/\n",
    "both": ":0HB\n* ()\\<(refund|reader)\\>\nboth/\n",
    "case": ":0D\n* ^subject:\nlower/\n\n:0D\n* ^Subject:\nupper/\n",
    "folded": ":0\n* ^X-Folded: one.*two\nfolded/\n",
    "match": ":0\n* ^List-Id:.*<\\/[^.]*\n.Lists.$MATCH/\n",
    "match later": ":0\n* ^List-Id:.*<\\/[^.]*\n{ LIST=$MATCH }\n\n:0\n* LIST ?? .\n$LIST/\n",
    "block": ":0\n* ^From:.*ann\n{\n :0\n * ^Subject:.*refund\n r/\n\n :0\n a/\n}\n",
    "else": ":0\n* ^From:.*ann\n{ X=a }\n:0E\n* ^From:.*ben\n{ X=b }\n:0E\n{ X=c }\n:0\n$X/\n",
    "and": ":0c\n* ^From:.*ann\none/\n\n:0A\n* ^Subject:.*refund\ntwo/\n",
    "duplicates": ":0 Wh: msgid.lock\n| formail -D 8192 msgid.cache\n",
    "duplicates kept": ":0 Whc: msgid.lock\n| formail -D 8192 msgid.cache\n\n:0 a:\ndup/\n",
    "duplicates before an a": ":0 Wh: msgid.lock\n| formail -D 8192 msgid.cache\n\n:0 a:\ndup/\n",
    "output in a folder": ":0\n* ^From:.*<\\/[^@>]+\n`echo $MATCH | tr a-z A-Z`/\n",
    "filter": ":0fw\n| sed 's/^Subject:.*/Subject: changed/'\n\n:0\n* ^Subject: changed\nc/\n",
    "filter of the body": ":0fbw\n| tr a-z A-Z\n\n:0B\n* DEAR\nd/\n",
    "header edits": ':0fhw\n| formail -A "X-Seen: yes" -I "X-Folded" -i "Subject: new"\n',
    "edits seen": ':0fhw\n| formail -I "X-List: yes"\n\n:0\n* ^X-List: yes\nl/\n',
    "added if absent": ':0fhw\n| formail -a "Subject: none" -a "X-New: a"\n',
    "renamed": ":0fhw\n| formail -R X-Folded X-Other\n",
    "variables": "X=li\n\n:0\n* ^From:.*ann\n{ X=${X}st }\n\n:0\n* X ?? ^list$\nyes/\n",
    "in expressions": "WHO='ann|ben'\n\n:0\n* $ ^From:.*($WHO)@\nwho/\n",
    "quoted in expressions": "A=a.c\n\n:0\n* $ ^From:.*$\\A\nno/\n",
    "from the mail": ":0\n* ^From:.*<\\/[^@>]*\n{ N=$MATCH }\n:0\n* $ B ?? $\\N\nn/\n",
    "weights": ":0\n* -1^0\n* 2^0 ^Subject:.*refund\n* 1^0 ^From:.*zed\nw/\n",
    "counted weights": ":0\n* -3^0\n* 1^1 B ?? e\n* 0.5^0.5 B ?? r\ncounted/\n",
    "program": ":0\n* ? grep -q '^Subject:.*Refund'\ng/\n\n:0\n* ! ? test -d /nowhere\nt/\n",
    "output": "N=`grep -c ^Subject:`\n\n:0\n* N ?? ^1$\none/\n",
    "captured": ":0 br\nLINES=| wc -l\n\n:0\n* LINES ?? ()\\<3\\>\nthree/\n",
    "default": "DEFAULT=$HOME/Maildir/.Other/\n",
    "a process number": ":0\n* ^From:.*ann\nf-$$/\n",
    "a filter that fails": ":0fw\n* ^From:.*ann\n| false\n\n:0e\nfailed/\n\n:0a\nwell/\n",
    "a filter that fails, and ends": ":0fw\n* ^From:.*ann\n| false\n\n:0e\n{ EXITCODE=75 HOST }\n",
    "a program that fails": ":0w\n* ^From:.*ann\n| false\n\n:0e\nfailed/\n",
    "a program that does not": ":0w\n* ^From:.*ann\n| cat >/dev/null\n\n:0e\nfailed/\n",
    "a status": ":0 Wc\n| grep -q zzz\n\nS=$?\n\n:0\n* S ?? 1\none/\n",
    "an exit": ":0\n* ^From:.*ann\n{\n EXITCODE=67\n :0\n /dev/null\n}\n",
    "an end": ":0\n* ^From:.*ann\n{ EXITCODE=67 HOST }\n",
    "a trap": "TRAP=/usr/bin/true\n\n:0\n* ^From:.*ann\na/\n",
    "a match of before": ":0\n* ^X-Folded: \\/[a-z]+\n{ }\n"
    ":0\n* ^From:.*ben\n* ^Subject: \\/.*\n{ }\n"
    ":0\n* MATCH ?? one\none/\n",
    "an answer": ":0c\n* ^From:.*ann\n| (formail -rt; echo away) | $SENDMAIL -t\n",
    "no program": ":0 Whc\n| $FORMAIL -D 8192 x\n\n:0 a\ndup/\n",
    "another file": ":0\n* ^From:.*ann\n{\n :0\n * ^Subject: zzz\n z/\n\n SWITCHRC=/dev/null\n}\n"
    ":0\nrest/\n",
    "a folder in Japanese": ":0\n* ^From:.*ann\n\xc6\xfc\xcb\xdc/\n",
    "a folder besides": ":0\n* ^From:.*ann\na/ b\n",
    "mh by default": "DEFAULT=$HOME/Mail/inbox/.\n",
    "a file in MAILDIR": ":0\n* ? test -d ../Maildir\n* ? cat ../Maildir/x || true\nseen/\n",
    "a scanner": ":0cw\n| grep -q refund\n\n:0e\n/dev/null\n",
    "nothing here": "# only a comment\n",
}
TRAPS = {
    "the letter d": ":0\n* ^Subject:.*#\\d\nno/\n",
    "a leading backslash": ":0\n* \\[Billing\nyes/\n",
    "a lazy quantifier": ":0\n* ^Subject: .*?Refund\nno/\n",
    "a count": ":0\n* 2{1}\nno/\n",
    "a POSIX class": ":0\n* ^Subject: [[:punct:]]B\nno/\n",
    "a negated class": ":0B\n* Dear[^x]*unsub\nno/\n",
    "an end in the middle": ":0B\n* reader,$unsub\nyes/\n",
    "quotes": ':0\n* "^Subject:"\nno/\n',
    "a comment behind": ":0\n* ^Subject: # all\nno/\n",
    "a missing action": ":0\n* ^Subject:.*zzz\n:0\n* ^From:\nf/\n",
    "an unquoted backslash": "U=foo\\.bar\n\n:0\n* U ?? foo.bar\nu/\n",
    "lines passed over": "nonsense here\n\n:0\n* ^From:.*ann\na/\n",
    "continued": ":0\n* ^Subject:.*(Refund|\\\n  nothing)\ny/\n",
    "old syntax": ":0:a.lock\n* ^From:.*ann\n$MAILDIR/a/\n",
    "no parenthesis": ":0\n* ^Subject:.*(Refund\ny/\n",
    "a missing action behind a blank line": ":0\n* ^From:.*ann\n\n:0\n* ^Subject:\ns/\n",
    "the whole text": "X=abc\n\n:0\n* X ?? ^^b\nno/\n\n:0\n* X ?? ^^abc^^\nyes/\n",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_recipe(name: str) -> None:
    assert is_same(TOP + KINDS[name], MAIL, TWICE, EMPTY, MAIL)


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap(name: str) -> None:
    assert is_same(TOP + TRAPS[name], MAIL, TWICE, EMPTY)


def test_the_proof_can_fail() -> None:
    """What cannot be translated shows as a difference."""
    need("procmail", "bwrap")
    assert not is_same(f"{TOP}:0h\n* ^From:.*ann\nheads/\n", MAIL)
