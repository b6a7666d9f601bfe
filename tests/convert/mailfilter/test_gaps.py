"""Gaps and limits: what has no equal disables its rule; hostile files end with an error."""

from __future__ import annotations

import pytest

from maildrop_py.convert.mailfilter.lexer import BadFilter
from tests.convert.mailfilter.proving import rules, written

AFTER = 'if (/^Subject: x/)\n  to "Maildir/.x"\n'
NO_EQUAL = {
    "a loop": "while (/^X:/)\n{\n  exit\n}\n",
    "each match": "foreach /^To:.*/\n{\n  exit\n}\n",
    "a file of patterns": 'if (lookup("x", "file"))\n  exit\n',
    "a number as a text": 'A=time\nto "Maildir/.$A"\n',
    "a database": 'if (gdbmopen("x", "C") == 0)\n  exit\n',
    "a negated function": 'if (!gdbmopen("x", "C"))\n  exit\n',
    "a missing file": 'include "none"\n',
    "look-ahead": "if (/^X: (?!y)/)\n  exit\n",
    "what the mail server says": 'import SENDER\nto "Maildir/.$SENDER"\n',
    "what a loop sets": "foreach /^To:.*/\n{\n  A=$MATCH\n}\nto Maildir/.$A\n",
    "where all else goes": "import DEFAULT\n",
    "a text from mail in a pattern": "if (/^To:(.*)/ && /^From:$MATCH1/)\n  exit\n",
    "an automatic answer": 'xfilter "reformail -r -t"\n',
}


@pytest.mark.parametrize("name", NO_EQUAL)
def test_a_gap_says_where_and_why_and_leaves_the_others(name: str) -> None:
    found = written(NO_EQUAL[name] + AFTER)
    assert len(found.gaps) >= 1 and found.gaps[0].reason
    assert [rule.then for rule in found.rules] in ([{"file": "x"}], [])
    assert "GAP, line" in rules(NO_EQUAL[name] + AFTER)


def test_what_depends_on_a_filter_that_is_a_gap_is_one() -> None:
    assert written('xfilter "reformail -r"\n' + AFTER).rules == ()


def test_of_an_automatic_answer_it_is_said_what_would_be_right() -> None:
    assert "vacation" in written('xfilter "reformail -r -t"\n').gaps[0].advice


def test_a_file_that_includes_itself_is_a_gap_in_the_end() -> None:
    found = written('include "a"\n', {"a": 'include "a"\n'})
    assert any("include each other" in gap.reason for gap in found.gaps)


HOSTILE = {
    "deep blocks": "if (/x/)\n{\n" * 3000 + "}\n" * 3000,
    "deep brackets": "if (" + "(" * 5000 + "/x/" + ")" * 5000 + ")\n exit\n",
    "many signs": "if (" + "!" * 5000 + "/x/)\n exit\n",
    "a giant text": 'to "' + "x" * 2_000_000 + '"\n',
    "a giant file": "exit\n" * 1_000_000,
    "a text without an end": 'to "x\n',
    "a pattern without an end": "if (/x)\n  exit\n",
    "a block without an end": "if (/x/)\n{\n  exit\n",
    "no mailfilter": ":0\n* ^From\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_line(name: str) -> None:
    with pytest.raises(BadFilter, match=r"^line \d+: "):
        written(HOSTILE[name])
