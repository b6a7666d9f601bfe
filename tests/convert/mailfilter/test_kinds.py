"""Every kind of statement and expression of a mailfilter, against real maildrop."""

from __future__ import annotations

import pytest

from tests.convert.mailfilter.proving import is_same, written

MAIL = b"""From: Ann <ann@example.org>
To: Me <me@example.net>, other@example.com
Cc: python-list@python.example
Subject: [Billing #17] Refund of 20%
List-Id: Python <python.example.org>
X-Folded: one
 two
X-Score: 7
Message-ID: <1@example.org>

Dear reader,
unsubscribe here
"""
OTHER = MAIL.replace(b"ann@", b"ben@").replace(b"unsubscribe", b"write")
ENCODED = MAIL.replace(b"Refund", b"=?UTF-8?Q?R=C3=BCckzahlung?=").replace(
    b"X-Score", b"Mime-Version: 1.0\nX-Score"
)
BARE = b"From: x@example.org\nSubject: nothing\n\nx\n"
TOP = 'MAILDIR="$HOME/Maildir"\nDEFAULT="$MAILDIR"\n'
KINDS = {
    "nothing": "# only a comment\n",
    "to": 'if (/^From:.*ann@/)\n  to "$MAILDIR/.Ann"\n',
    "a block": 'if (/^From:.*ann@/)\n{\n  to "$MAILDIR/.Ann"\n}\n',
    "mbox": 'if (/^From:.*ann@/)\n  to "Mail/ann"\n',
    "cc": 'cc "$MAILDIR/.copies"\nif (/^Cc:/)\n  to "$MAILDIR/.cc"\n',
    "elsif and else": 'if (/^From:.*ann@/)\n{\n  to "$MAILDIR/.a"\n}\n'
    'elsif (/^From:.*ben@/)\n{\n  to "$MAILDIR/.b"\n}\nelse\n{\n  to "$MAILDIR/.c"\n}\n',
    "discard": 'if (/^Subject:.*refund/)\n  to "/dev/null"\n',
    "exit": "if (/^Subject:.*refund/)\n  exit\n",
    "forward": 'if (/^Cc:/)\n  to "!a@example.org b@example.org"\n',
    "forward a copy": 'cc "!a@example.org"\n',
    "pipe": 'if (/^Cc:/)\n  to "|cat >/dev/null"\n',
    "and, or, not": "if ((/^Cc:/ && !/^From:.*ben/) || /^X-None:/)\n  exit\n",
    "continued": "if (/^Cc:/ \\\n    && /^List-Id:/)\n  exit\n",
    "body": "if (/^unsubscribe/:b)\n  exit\n",
    "both": "if (/refund|reader/:hb)\n  exit\n",
    "case": "if (/^Subject:.*refund/:D)\n  exit\n",
    "folded": "if (/^X-Folded: one.*two/)\n  exit\n",
    "several headers": "if (/^(To|Cc):.*python/)\n  exit\n",
    "any header": "if (/python\\.example/)\n  exit\n",
    "blanks": "if (/^X-Score:\\s*7$/)\n  exit\n",
    "classes": "if (/^Subject: \\[[a-z]+ #\\d{2}\\]/)\n  exit\n",
    "encoded": "if (/^Subject:.*ckzahlung/)\n  exit\n",
    "what matched": 'if (/^List-Id:.*<([a-z]+)\\./)\n  to "$MAILDIR/.l-$MATCH1"\n',
    "what matched, kept": "if (/^List-Id:.*<([a-z]+)\\./)\n{\n  L=$MATCH1\n}\n"
    'if ($L ne "")\n  to "$MAILDIR/.l-$L"\n',
    "variables": 'A="li"\nB="${A}st"\nto "$MAILDIR/.$B"\n',
    "a variable that branches set": 'A="x"\nif (/^Cc:/)\n{\n  A="y"\n}\nto "$MAILDIR/.$A"\n',
    "quotes": "A='$B'\"c\"\nif ($A eq '$Bc')\n  exit\n",
    "numbers": "A=3\nif ($A + 2 > 4.5)\n  exit\n",
    "size": "if ($SIZE > 200)\n  exit\n",
    "functions": 'A=tolower("ABC")\nif ($A eq "abc")\n  exit\n',
    "an address": 'if (hasaddr("ME@example.net"))\n  exit\n',
    "a program's status": "`grep -q unsubscribe`\nif ($RETURNCODE == 0)\n  exit\n",
    "a program's output": 'A=`grep -c unsubscribe`\nif ($A eq "1")\n  exit\n',
    "duplicates": "`reformail -D 8000 dup.cache`\nif ($RETURNCODE == 0)\n  exit\n",
    "filter": 'xfilter "sed s/^Subject:.*/Subject:x/"\nif (/^Subject: *x$/)\n  to "$MAILDIR/.x"\n',
    "weights": "if (/^(To|Cc): /:h,1,1 + /^X-/:h,2,1 >= 5)\n  exit\n",
    "a text that matches": 'A="hello"\nif ($A =~ /L+/)\n  exit\n',
    "exception": 'exception {\n  to "$MAILDIR/.a"\n}\n',
    "a lock": 'flock "x.lock" {\n  to "$MAILDIR/.a"\n}\n',
    "what says nothing of mail": 'logfile "/tmp/x.log"\nlog "hello"\nexit\n',
    "lines and bytes": "if ($LINES > 10 && $LINES <= 200 && $SIZE != 3)\n  exit\n",
    "a number in a header": "if (/^X-Score:\\s*([-+]?[0-9.]+)/ && $MATCH1 >= 5)\n  exit\n",
    "larger and smaller numbers": "if (/^X-Score:\\s*([-+]?[0-9.]+)/)\n{\n  S=$MATCH1\n}\n"
    'if ($S > 6.95)\n  to "$MAILDIR/.a"\nif ($S < 7.5)\n  to "$MAILDIR/.b"\n',
    "a part of a text": 'A=substr("abcdef", 2, 3)\nto "$MAILDIR/.$A"\n',
    "a part of what matched": "if (/^List-Id:.*<([a-z]+)\\./)\n{\n  L=substr($MATCH1, 1, 3)\n"
    '  to "$MAILDIR/.l-$L"\n}\n',
    "lengths": 'if (length("abc") == 3 && /^Subject:(.*)/ && length($MATCH1) > 12)\n  exit\n',
    "what matched in a pattern": "if (/^From: *([A-Za-z]+)/)\n{\n  A=escape($MATCH1)\n"
    '  if (/^Subject:.*$A/)\n    to "$MAILDIR/.a"\n  if (/^X-Other: $A/)\n    exit\n}\n',
    "a pattern of a text": "if (/^List-Id:.*<(.*)>/)\n{\n  A=$MATCH1\n}\n"
    'if ($A =~ /([a-z]+)\\.example/)\n  to "$MAILDIR/.l-$MATCH1"\n',
    "a pattern alone": '/^List-Id:.*<([a-z]+)\\./\nto "$MAILDIR/.l-$MATCH1"\n',
    "other statuses": "`exit 3`\nif ($RETURNCODE == 3)\n{\n  `grep -q unsubscribe`\n"
    "  if ($RETURNCODE == 1)\n    exit\n}\n",
    "a program on one of two folders": 'A="x"\nif (/^Cc:/)\n  A="/"\n`test -d $A`\n'
    "if ($RETURNCODE == 0)\n  exit\n",
    "folders that are made": 'D="$MAILDIR/.New"\n`test -d "$D" || maildirmake "$D"`\n'
    'if (/^Cc:/)\n  to "$D"\n',
    "the extension": 'import EXT\nif ($EXT)\n{\n  to "$MAILDIR/.$EXT"\n}\n',
    "a variable that is not there": 'import NOTHING\nif ($NOTHING eq "x")\n  exit\n',
    "a loop that makes folders": 'D="$MAILDIR/.a.b"\nC=1\nwhile ($C && $D =~ /^(.*)(\\.b)$/)\n{\n'
    '  `test -d "$D"`\n  if ($RETURNCODE == 1)\n  {\n    `maildirmake "$D"`\n  }\n  C=0\n}\n'
    'to "$MAILDIR/.c"\n',
    "names like statements": 'TO="$MAILDIR/.a"\nCC="x"\nto "$TO"\n',
    "unquoted paths": "M=$HOME/Maildir\nif (/^Cc:/)\n  to ${M}/.a\nto $M/.b\n",
    "blanks behind a backslash": 'if (/^Cc:/ \\  \n  && /^From:/)\n  to "$MAILDIR/.a"\n',
    "sentences": 'A="x"; B="y"\nif ($A ne $B)\n  exit\n',
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind(name: str) -> None:
    assert is_same(TOP + KINDS[name], MAIL, OTHER, ENCODED, BARE, MAIL)


def test_patterns_in_a_file_are_looked_up() -> None:
    found = written(
        'if (/^From: *(.*)/ && lookup($MATCH1, "bad"))\n  exit\n',
        {"bad": "# whom I do not read\nbad@example\\.org\n^[^@]*$\n"},
    )
    assert [rule.then for rule in found.rules] == [{"discard": True}] and not found.gaps
    assert "bad@example" in str(found.rules[0].when) and "^[^@]*$" in str(found.rules[0].when)


def test_an_included_file_runs_where_it_is_included() -> None:
    included = {"/home/mika/.filters/lists": 'if (/^List-Id:/)\n  to "$MAILDIR/.lists"\n'}
    text = TOP + 'include "$HOME/.filters/lists"\nif (/^Cc:/)\n  exit\n'
    assert is_same(text, MAIL, OTHER, BARE, included=included)
