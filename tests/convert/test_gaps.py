"""Gaps: what cannot be translated disables its rule and what depends on it, and nothing else."""

from __future__ import annotations

import pytest
import yaml

from tests.convert.proving import rules, written

AFTER = ":0\n* ^Subject: x\nx/\n"
NO_EQUAL = {
    "the header alone into a folder": ":0h\nheads/\n",
    "a trap that asks where mail was filed": "TRAP='rm $LASTFOLDER'\n",
    "a score": ":0\n* ^A\nf-$=/\n",
    "an included file that is not here": "INCLUDERC=$HOME/none.rc\n",
    "a forwarding option": ":0\n! -f me@example.org you@example.org\n",
    "standard output": ":0\n|\n",
    "a split in a repetition": ":0\n* ^A(b\\/c)*\na/\n",
}


@pytest.mark.parametrize("name", NO_EQUAL)
def test_a_gap_says_where_and_why_and_leaves_the_others(name: str) -> None:
    found = written(NO_EQUAL[name] + AFTER)
    assert len(found.gaps) == 1 and found.gaps[0].reason
    assert [rule.then for rule in found.rules] == [{"file": "x"}]
    assert "GAP, line" in rules(NO_EQUAL[name] + AFTER)


def test_what_depends_on_a_gap_is_one() -> None:
    found = written(":0h\n* ^A\nheads/\n\n:0A\na/\n\n:0E\ne/\n" + AFTER)
    assert len(found.gaps) == 3
    assert len(found.rules) == 1


def test_a_negated_condition_that_is_unknown_never_makes_a_broader_rule() -> None:
    found = written(":0\n* ! ^A(b\\/c)*\n/dev/null\n")
    assert found.rules == () and len(found.gaps) == 1


def test_a_variable_of_a_gap_is_unknown_where_it_is_used() -> None:
    found = written(":0\n* ^A(b\\/c)*\n{ X=y }\n\n:0\n* X ?? y\nx/\n" + AFTER)
    assert len(found.gaps) == 2 and len(found.rules) == 1


def test_what_a_failing_program_leaves_to_a_block_is_a_gap() -> None:
    """The rule itself is whole: where the program fails, the mail server tries again."""
    found = written(":0w\n* ^A\n| prog\n\n:0e\n{\n :0\n * ^B\n b/\n}\n" + AFTER)
    assert [gap.line for gap in found.gaps] == [5]
    assert [set(rule.then) for rule in found.rules] == [{"pipe"}, {"file"}]


def test_trying_again_where_a_program_fails_needs_no_rule() -> None:
    found = written(":0w\n* ^A\n| prog\n\n:0e\n{ EXITCODE=75 HOST }\n" + AFTER)
    assert not found.gaps and len(found.rules) == 2


def test_an_answer_by_formail_stays_and_what_would_be_better_is_said() -> None:
    found = rules(":0 c\n| (formail -r; cat $HOME/away) | $SENDMAIL -t\n")
    assert "formail -r" in found and "`vacation`" in found and "GAP" not in found


def test_variables_that_nobody_asks_for_are_left_out() -> None:
    found = written(":0\n* ^A\n{ X=a Y=b }\n\n:0\n* Y ?? b\nb/\n")
    assert [rule.then for rule in found.rules] == [{"set": {"y": "b"}}, {"file": "b"}]


def test_comments_and_folders_are_read_in_the_encoding_they_were_written_in() -> None:
    for encoding in ("utf-8", "euc_jp", "iso-2022-jp"):
        title = "# 会議の連絡\n".encode(encoding).decode("latin-1")
        assert "name: 会議の連絡" in rules(title + AFTER)
    assert "file: 会議" in rules(":0\n* ^A\n会議/\n".encode().decode("latin-1"))


def test_a_file_with_the_line_ends_of_windows_is_told_and_its_rules_can_be_read() -> None:
    text = rules(":0\r\n* ^A\r\nlists\r\n")
    assert "CR LF" in text and "\r" not in text and yaml.safe_load(text)["rules"]


def test_programs_that_name_files_by_relative_paths_run_in_maildir() -> None:
    top = "MAILDIR=$HOME/Mail\n"
    asked = written(top + ":0\n* ? grep -qf friends.txt\na/\n").rules[0].when
    assert "/home/mika/Mail" in str(asked)
    assert 'cd "$MAILDIR"' in rules(top + ":0\n| cat > last.mail\n")
    assert "cd " not in rules(top + ":0\n| /usr/bin/spamc -s 9999.5\n")


def test_senders_that_formail_remembers_are_asked_of_formail() -> None:
    """With -r it is the sender that it remembers, which `duplicate` is not about."""
    found = rules(":0 Whc: v.lock\n| formail -rD 8192 v.cache\n\n:0 ec\nfresh/\n" + AFTER)
    assert "formail, -rD" in found and "duplicate" not in found and "copy: fresh" in found


def test_behind_the_end_nothing_runs_and_that_is_said() -> None:
    assert "never runs" in rules(":0\nall/\n\n" + AFTER)


def test_mbox_files_become_folders_and_how_their_mail_comes_over_is_said() -> None:
    text = rules("MAILDIR=$HOME/Mail\n:0:\n* ^A\nlists\n")
    assert "--from-mbox /home/mika/Mail/lists" in text


def test_a_field_that_could_not_be_added_leaves_the_rest_known() -> None:
    """Only what looks at that field is a gap too."""
    edit = ':0fhw\n| formail -A "Lines: $="\n\n'
    assert len(written(edit + AFTER).rules) == 1
    assert len(written(edit + ":0\n* ^Lines: 3\nthree/\n").gaps) == 2
