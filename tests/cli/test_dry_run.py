"""`maildrop-py dry-run`: what would happen, and why; nothing is touched."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from maildrop_py.evidence import duplicates
from maildrop_py.evidence.store import Store

RULES = r"""
rules:
  - name: spam
    when: {spam_score: ">= 5"}
    then: {file: Junk, flags: [seen]}
  - name: meetings
    when: {subject: '会議', size: "< 1MB"}
    then: {file: 会議, flags: [flagged, $Work]}
  - name: lists
    when: {list_id: '^(?P<list>[\w-]+)\.'}
    then: {file: "Lists/{list}"}
"""
MEETING = "From: Hana <hana@example.jp>\nSubject: 明日の会議です\n\n資料\n".encode()
SPAM = b"X-Spam-Status: Yes, score=7.5\nSubject: buy [bold]now[/bold]\n\n"
LIST = b"List-Id: <gardeners.example.org>\nSubject: beans\n\n"
OTHER = b"Subject: hello\n\nbody\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, message in (("1", MEETING), ("2", SPAM), ("3", LIST), ("4", OTHER)):
        (folder / name).write_bytes(message)
    return folder


def run(*arguments: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["dry-run", *map(str, arguments)], input=stdin)


def test_one_message_explains_itself(rules: Path) -> None:
    result = run("--rules", rules, stdin=MEETING)
    assert result.exit_code == 0
    text = result.output
    assert "1. spam (rules.yaml:3): does not fire" in text
    assert "no: spam score >= 5 (no filter left a score, and no rule gave one)" in text
    assert "2. meetings (rules.yaml:6): fires" in text
    assert "yes: header Subject matches /会議/" in text
    assert "yes: size < 1MB" in text
    assert "→ file into 会議 as flagged, $Work" in text
    assert "rules 3 to 3 were not reached" in text
    assert "result: 会議 (flagged, $Work) (by rule 'meetings')" in text


def test_the_match_is_marked_below_the_header_in_columns_of_the_terminal(rules: Path) -> None:
    lines = run("--rules", rules, stdin=MEETING).output.splitlines()
    at = next(i for i, line in enumerate(lines) if "Subject: 明日の会議です" in line and i > 3)
    assert lines[at].index("会") == lines[at].index("Subject") + 12
    marked = lines[at + 1]
    assert marked.strip() == "^  $"  # two wide characters are four columns
    assert marked.index("^") == lines[at].index("Subject") + len("Subject: ") + 3 * 2


def test_many_messages_are_a_table_and_a_summary(rules: Path, mail: Path) -> None:
    result = run("--rules", rules, mail)
    assert result.exit_code == 0
    assert "buy [bold]now[/bold]" in result.output  # a subject is no markup
    assert "4 messages; nothing was changed" in result.output
    for expected in ("Junk (seen)", "Lists/gardeners", "INBOX", "(no rule)"):
        assert expected in result.output


def test_json_is_one_object_a_line(rules: Path, mail: Path) -> None:
    result = run("--rules", rules, "--json", mail)
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [row["folder"] for row in rows] == ["会議", "Junk", "Lists/gardeners", "INBOX"]
    assert rows[0]["flags"] == ["flagged", "$Work"]
    assert rows[1]["spam_score"] == 7.5
    assert rows[3]["rule"] is None
    assert rows[1]["actions"][0]["do"] == "file"
    assert set(rows[0]) == {
        *("path", "rule", "action", "folder", "flags", "copies", "spam_score", "spf", "reasons"),
        "actions",
    }


def test_against_shows_only_what_would_change(rules: Path, mail: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(RULES.replace("Junk", "Spam"))
    result = run("--rules", rules, "--against", other, mail)
    assert "2: Junk (seen) [spam] → Spam (seen) [spam]" in result.output
    assert "1 would change, 3 would not" in result.output


def test_another_name_of_a_rule_is_no_change(rules: Path, mail: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(RULES.replace("name: spam", "name: junk"))
    result = run("--rules", rules, "--against", other, mail)
    assert "0 would change, 4 would not" in result.output


def test_a_maildir_is_walked_and_left_as_it_is(rules: Path, tmp_path: Path) -> None:
    maildir = tmp_path / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    (maildir / "new/1.a.host").write_bytes(MEETING)
    (maildir / "cur/2.b.host:2,S").write_bytes(OTHER)
    before = sorted(maildir.rglob("*"))
    result = run("--rules", rules, "--json", maildir)
    assert {json.loads(line)["folder"] for line in result.output.splitlines()} == {"会議", "INBOX"}
    assert sorted(maildir.rglob("*")) == before


def test_an_mbox_is_many_messages(rules: Path, tmp_path: Path) -> None:
    mbox = tmp_path / "mbox"
    mbox.write_bytes(
        b"From a@b Sat Nov 21 10:00:00 2026\n"
        + MEETING
        + b"\nFrom c@d Sat Nov 21 10:00:01 2026\n"
        + OTHER
    )
    result = run("--rules", rules, "--json", mbox)
    assert [json.loads(line)["folder"] for line in result.output.splitlines()] == ["会議", "INBOX"]


def test_an_unreadable_message_is_said_and_the_rest_done(rules: Path, mail: Path) -> None:
    (mail / "0").symlink_to(mail / "nowhere")
    result = run("--rules", rules, "--json", mail)
    assert "No such file" in result.stderr
    assert len(result.stdout.splitlines()) == 4


def test_commands_are_not_run(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        f"allow_commands: true\n"
        f"rules: [{{when: {{command: [/usr/bin/touch, {touched}]}}, then: {{file: X}}}}]"
    )
    result = run("--rules", rules, stdin=OTHER)
    assert "unknown: command exits with 0" in result.output
    assert not touched.exists()


def test_mistakes_in_the_rules_are_all_printed(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{when: {subjct: a}, then: {fil: b}}]")
    result = run("--rules", rules, stdin=OTHER)
    assert result.exit_code == 1
    assert "did you mean `subject`?" in result.stderr
    assert "did you mean `file`?" in result.stderr


def test_a_path_that_is_not_there_is_said_without_a_traceback(rules: Path) -> None:
    result = run("--rules", rules, "/nonexistent/a", "/nonexistent/b")
    assert result.exit_code == 1
    assert "/nonexistent/a" in str(result.exception)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("named", ["", "new", "new/1.x", ".Old/cur/2.x:2,S"])
def test_delivered_mail_is_no_duplicate_of_itself(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what `refile` would do, also of a file that is named by itself."""
    monkeypatch.setenv("HOME", str(tmp_path))
    rules = tmp_path / "twice.yaml"
    rules.write_text(
        "rules:\n  - {when: {duplicate: true}, then: {file: Twice}}\n"
        "  - {when: {flags: seen, folder: Old}, then: {file: Seen}}\n"
    )
    for folder in ("Maildir", "Maildir/.Old"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
    message = b"Message-ID: <a@b.example>\nSubject: x\n\n"
    (tmp_path / "Maildir/new/1.x").write_bytes(message)
    (tmp_path / "Maildir/.Old/cur/2.x:2,S").write_bytes(message)
    store = tmp_path / ".local/state/maildrop-py"
    store.mkdir(parents=True, mode=0o700)
    known = duplicates.normal("<a@b.example>")
    duplicates.remember(Store(f"{store}/evidence.sqlite"), known, time.time())
    path = str(tmp_path / "Maildir" / named)
    result = CliRunner().invoke(app, ["dry-run", "--rules", str(rules), "--json", path])
    assert json.loads(result.stdout)["folder"] == ("Seen" if "Old" in named else "INBOX")
    result = CliRunner().invoke(app, ["dry-run", "--rules", str(rules), "--json"], input=message)
    assert json.loads(result.stdout)["folder"] == "Twice"


@pytest.mark.parametrize(
    ("asked", "options", "is_shown"),
    [
        ("attachment: {type: zip}", [], True),
        ('size: "< 1"', [], False),
        ('size: "< 1"', ["--explain"], True),
    ],
)
def test_attachments_are_shown_if_a_rule_or_the_user_asks(
    asked: str, options: list[str], is_shown: bool, tmp_path: Path
) -> None:
    rules = tmp_path / "asking.yaml"
    rules.write_text(f"rules: [{{when: {{{asked}}}, then: {{file: A}}}}]")
    message = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=a.png\n"
        b"Content-Disposition: attachment\n\nxyz\n--b--\n"
    )
    result = run("--rules", rules, *options, stdin=message)
    assert ("attachment: a.png (image/png, 3 bytes)" in result.output) == is_shown
