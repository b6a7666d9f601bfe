"""Gaps and limits: what has no equal disables its rule, and hostile scripts end with an error."""

from __future__ import annotations

import pytest

from maildrop_py.convert.sieve.lexer import BadScript
from tests.convert.sieve.proving import rules, written

HEAD = (
    'require ["fileinto","variables","mime","foreverypart","body","spamtest","include","copy",'
    '"environment"];\n'
)
AFTER = 'if header :is "subject" "x" { fileinto "x"; stop; }\n'
NO_EQUAL = {
    "a spam test of letters": 'if spamtest :value "ge" "much" { discard; }\n',
    "a loop that counts": 'foreverypart { set "a" "a${a}"; }\n',
    "a loop that ends early": 'foreverypart { if exists :mime "x" { break; } '
    'if exists :mime "y" { discard; } }\n',
    "metadata": 'if metadata "INBOX" "/private/x" "y" { keep; }\n',
    "a negated test": 'if not environment :is "host" "x" { discard; }\n',
    "what is around parts": 'if body :content "multipart" :contains "x" { discard; }\n',
    "a count in parts": 'if header :mime :count "ge" "content-type" "2" { discard; }\n',
    "a missing script": 'include "none";\n',
    "an unknown command": "explode;\n",
    "an unknown comparator": 'if header :comparator "i;x" "subject" "m" { discard; }\n',
}


@pytest.mark.parametrize("name", NO_EQUAL)
def test_a_gap_says_where_and_why_and_leaves_the_others(name: str) -> None:
    found = written(HEAD + NO_EQUAL[name] + AFTER)
    assert len(found.gaps) == 1 and found.gaps[0].reason
    assert [rule.then for rule in found.rules] == [{"file": "x"}]
    assert "GAP, line" in rules(HEAD + NO_EQUAL[name] + AFTER)


def test_the_branches_behind_a_gap_are_gaps() -> None:
    script = HEAD + 'if metadata "x" "y" "z" { keep; } elsif true { discard; } else { discard; }\n'
    assert len(written(script).gaps) == 3
    assert written(script).rules == ()


def test_a_variable_that_a_gap_would_have_set_is_not_known() -> None:
    script = HEAD + 'set "a" "x"; if metadata "x" "y" "z" { set "a" "y"; } fileinto "${a}";\n'
    assert len(written(script).gaps) == 2
    assert written(script).rules == ()


def test_a_script_that_includes_itself_is_a_gap() -> None:
    found = written(HEAD + 'include "a";', {"a": 'include "b";', "b": 'include "a";'})
    assert any("includes itself" in gap.reason for gap in found.gaps)


HOSTILE = {
    "deep blocks": "if true {" * 5000 + "}" * 5000,
    "deep tests": "if " + "not " * 5000 + "true { keep; }",
    "a giant text": 'redirect "' + "x" * 2_000_000 + '";',
    "a giant script": "keep; " * 1_000_000,
    "many commands": "keep;" * 30_000,
    "a text without an end": 'redirect "x',
    "lines without an end": "reject text:\nno end\n",
    "a block without an end": "if true { keep;",
    "no Sieve": ":0\n* ^From\nx/\n",
    "a list without an end": 'fileinto ["a", ',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_script_is_refused_with_a_line(name: str) -> None:
    with pytest.raises(BadScript, match=r"^line \d+: "):
        written(HOSTILE[name])


def test_many_branches_do_not_grow_without_a_limit() -> None:
    """Each of these doubles what a variable may be: it is not known in the end."""
    branches = "".join(f'if header :is "x-{n}" "1" {{ set "a" "${{a}}{n}"; }}\n' for n in range(40))
    found = written(HEAD + 'set "a" "x";\n' + branches + 'fileinto "${a}";\n')
    assert found.gaps and len(found.rules) < 100
