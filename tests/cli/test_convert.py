"""convert: statuses, output and the report of a proof."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.convert import convert
from tests.convert.proving import need

RC = "MAILDIR=$HOME/Maildir\nDEFAULT=$MAILDIR/\n\n# Ann's mail\n:0\n* ^From:.*ann@\n.Ann/\n"
GAP = ":0h\n* ^Subject: away\nheads/\n"


def run(tmp_path: Path, text: str, *arguments: str) -> Result:
    file = tmp_path / "procmailrc"
    file.write_text(text)
    home = f"--home={tmp_path}"
    return CliRunner().invoke(convert, [str(file), home, *arguments], catch_exceptions=False)


def test_rules_are_printed_and_the_status_is_0_when_all_is_translated(tmp_path: Path) -> None:
    result = run(tmp_path, RC)
    assert result.exit_code == 0
    assert "name: Ann's mail" in result.stdout
    assert "file: Ann" in result.stdout


def test_with_a_gap_it_is_1_and_the_rules_are_written_where_it_says(tmp_path: Path) -> None:
    result = run(tmp_path, GAP + RC, "-o", str(tmp_path / "rules.yaml"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "GAP" in (tmp_path / "rules.yaml").read_text()


def test_included_files_are_followed_where_they_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "more.rc").write_text(":0\n* ^To: b\n.B/\n")
    result = run(tmp_path, "MAILDIR=$HOME/Maildir\nINCLUDERC=$HOME/.procmail/more.rc\n")
    assert "^To: b" in result.stdout


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    path.write_bytes(b"From x\nFrom: ann@example.org\n\na\n\nFrom y\nSubject: away\n\nb\n")
    return path


def test_a_proof_says_what_is_equal_what_was_not_met_and_what_it_leaves_out(
    tmp_path: Path, archive: Path
) -> None:
    need("procmail", "bwrap")
    unmet = ":0\n* > 900000\n.Large/\n"
    result = run(tmp_path, RC + unmet, "-o", str(tmp_path / "r"), "--prove", str(archive))
    assert result.exit_code == 0
    assert "messages: the original and the rules do the same" in result.output
    assert "rules that no message met: Large" in result.output
    assert "not covered" in result.output


def test_a_difference_is_shown_from_both_sides_and_is_no_success(
    tmp_path: Path, archive: Path
) -> None:
    need("procmail", "bwrap")
    arguments = ("-o", str(tmp_path / "r"), "--prove", str(archive))
    result = run(tmp_path, GAP + RC, *arguments)
    assert result.exit_code == 1
    for said in ("DIFFERS:", "the original:", "Match on", "the rules:", "result: INBOX"):
        assert said in result.output
    told = json.loads(run(tmp_path, GAP + RC, *arguments, "--json").stdout)
    assert told["differ"] and told["gaps"][0]["line"] == 1
