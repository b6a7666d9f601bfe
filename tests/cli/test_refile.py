"""`maildrop-py refile` and `undo`, as a user sees them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from maildrop_py.decision.decide import decide
from tests.support.cli_mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return Mailbox(tmp_path, monkeypatch)


REFILED = {
    ".Trash/new": ["junk"],
    ".Work/cur": ["work"],
    "cur": ["read"],
    "new": ["other"],
}


def test_mail_goes_where_the_rules_say_and_undo_puts_it_back(mailbox: Mailbox) -> None:
    mailbox.fill()
    result = mailbox.run("refile")
    assert result.exit_code == 0, result.output
    assert "3 messages changed, 1 stay" in result.stdout
    assert mailbox.subjects() == REFILED
    assert "maildrop-py undo" in result.stdout
    again = mailbox.run("refile")
    assert again.stdout == "0 messages changed, 2 stay\n"
    back = mailbox.run("undo")
    assert back.exit_code == 0
    assert "3 put back" in back.stdout
    assert mailbox.subjects() == {"new": ["junk", "other", "read", "work"]}
    assert "nothing to undo" in mailbox.run("undo").output


def test_the_summary_is_by_folder_and_rule(mailbox: Mailbox) -> None:
    mailbox.fill()
    mailbox.put("new/9", "more work")
    rows = [line.split() for line in mailbox.run("refile").stdout.splitlines()]
    assert ["2", "Work", "(flagged,", "$Work)", "work"] in rows
    assert ["1", "discarded", "spam"] in rows


def test_a_dry_run_shows_the_table_and_touches_nothing(mailbox: Mailbox) -> None:
    mailbox.fill()
    before = sorted(mailbox.home.rglob("*"))
    result = mailbox.run("refile", "--dry-run")
    assert "3 messages would be changed, 1 stay" in result.stdout
    assert "Work (flagged, $Work)" in result.stdout
    after = [path for path in sorted(mailbox.home.rglob("*")) if ".cache" not in str(path)]
    assert after == before


def test_a_dry_run_after_the_run_finds_nothing(mailbox: Mailbox) -> None:
    mailbox.fill()
    mailbox.run("refile")
    assert mailbox.run("refile", "--dry-run").stdout == "0 messages would be changed, 2 stay\n"


def test_json_says_what_went_where(mailbox: Mailbox) -> None:
    mailbox.fill()
    *rows, last = mailbox.json("refile")
    assert {(row["rule"], row["action"], row["folder"]) for row in rows} == {
        ("work", "file", "Work"),
        ("spam", "discard", None),
        (None, "file", "INBOX"),
    }
    assert all(os.path.exists(str(row["to"])) for row in rows)
    assert not any(os.path.exists(str(row["path"])) for row in rows)
    assert last["summary"] == {
        "changed": 3,
        "stay": 1,
        "not_allowed": {},
        "gone": 0,
        "failed": 0,
    }


def test_copies_are_named_in_table_and_summary(mailbox: Mailbox) -> None:
    mailbox.rules.write_text("rules: [{name: both, when: {subject: work}, then: {copy: Copies}}]\n")
    mailbox.fill()
    rows = [line.split() for line in mailbox.run("refile", "--dry-run").stdout.splitlines()]
    assert ["0", "work", "INBOX", "+", "Copies", "(no", "rule)"] in rows
    rows = [line.split() for line in mailbox.run("refile").stdout.splitlines()]
    assert ["1", "INBOX", "+", "Copies", "(no", "rule)"] in rows


def test_sentences_are_not_broken_into_lines(mailbox: Mailbox) -> None:
    mailbox.rules.write_text(
        "rules:\n"
        "  - {when: {subject: work}, then: {forward: a@example.org}}\n"
        "  - {when: {subject: junk}, then: {reject: 'no'}}\n"
    )
    mailbox.fill()
    (line,) = mailbox.run("refile").stdout.splitlines()
    assert line == (
        "0 messages changed, 2 stay, "
        "1 left (forward is not allowed), 1 left (reject is not allowed)"
    )


def test_a_limit_changes_the_first_ones_only(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.put(f"new/{number}", "work")
    assert "2 messages changed" in mailbox.run("refile", "--limit", 2).stdout
    assert sorted(path.name for path in (mailbox.maildir / "new").iterdir()) == ["2", "3", "4"]


def test_only_old_mail_if_that_is_asked_for(mailbox: Mailbox) -> None:
    old, _ = mailbox.put("new/1", "work"), mailbox.put("new/2", "work")
    os.utime(old, (1, 1_000_000_000))
    assert "1 message changed" in mailbox.run("refile", "--older-than", "30d").stdout
    assert not old.exists()
    assert mailbox.run("refile", "--older-than", "soon").exit_code == 2


def test_other_folders_are_looked_into_when_asked(mailbox: Mailbox) -> None:
    mailbox.put("cur/1,S=1:2,S", "x", ".Archive")
    mailbox.put("cur/2,S=1:2,", "x", ".Archive")
    mailbox.put("cur/3,S=1:2,S", "work", ".Archive.2020")
    assert mailbox.run("refile").stdout == "0 messages changed, 0 stay\n"
    mailbox.run("refile", "--folder", "Archive")
    assert mailbox.subjects() == {
        ".Archive.2020/cur": ["work"],
        ".Archive/cur": ["x"],
        ".Done/cur": ["x"],
    }
    mailbox.run("refile", "--folder", "Archive/*")
    assert mailbox.subjects()[".Work/cur"] == ["work"]
    assert "1 stay" not in mailbox.run("refile", "--all-folders").stdout
    assert mailbox.subjects() == {
        ".Archive/cur": ["x"],  # no rule is for it, so it stays where it is
        ".Done/cur": ["x"],
        ".Work/cur": ["work"],
    }


def test_a_folder_that_is_not_there_is_reported(mailbox: Mailbox) -> None:
    result = mailbox.run("refile", "--folder", "Nowhere")
    assert "--folder Nowhere: there is no such folder" in result.stderr
    assert result.exit_code == 1


def test_a_glob_may_match_no_folder_yet(mailbox: Mailbox) -> None:
    result = mailbox.run("refile", "--folder", "Nowhere/*")
    assert (result.exit_code, result.stderr) == (0, "")


def test_what_cannot_be_filed_is_reported_and_counted_and_the_rest_is_done(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.fill()
    (mailbox.maildir / "cur/8").mkdir()
    (mailbox.maildir / "cur/9").symlink_to("/etc/passwd")
    unreadable = str(mailbox.put("cur/7", "work"))
    real = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if path == unreadable:
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    result = mailbox.run("refile")
    assert result.exit_code == 1
    assert f"{unreadable}: {unreadable}: Permission denied" in result.stderr
    assert "8: is a directory, not a message" in result.stderr
    assert "9: is a symbolic link, not followed" in result.stderr
    assert "3 messages changed, 1 stay, 3 failed" in result.stdout
    assert (mailbox.maildir / "cur/7").exists()


def test_one_odd_message_does_not_stop_the_others(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.fill()

    def fail_for_one(message, *arguments):  # type: ignore[no-untyped-def]
        if message.headers.first("Subject") == "junk":
            raise RecursionError("too deep")
        return decide(message, *arguments)

    monkeypatch.setattr("maildrop_py.decision.decider.decide", fail_for_one)
    result = mailbox.run("refile")
    assert "RecursionError: too deep" in result.stderr
    assert mailbox.subjects() == {".Work/cur": ["work"], "cur": ["read"], "new": ["junk", "other"]}


def test_what_vanishes_meanwhile_is_looked_for_and_counted(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail reader sees one message and deletes another, behind the listing."""
    mailbox.fill()
    seen, gone = mailbox.maildir / "new/3", mailbox.maildir / "new/1"

    def after_others(*arguments):  # type: ignore[no-untyped-def]
        if seen.exists():
            seen.rename(mailbox.maildir / "cur/3:2,")
            gone.unlink()
        return decide(*arguments)

    monkeypatch.setattr("maildrop_py.decision.decider.decide", after_others)
    result = mailbox.run("refile")
    assert result.exit_code == 0
    assert "2 messages changed, 1 stay, 1 gone meanwhile" in result.stdout
    assert mailbox.subjects() == {".Work/cur": ["work"], "cur": ["read"], "new": ["other"]}


def test_one_base_name_in_new_and_cur_is_two_messages(mailbox: Mailbox) -> None:
    mailbox.put("new/1", "work")
    mailbox.put("cur/1:2,S", "work")
    assert "2 messages changed" in mailbox.run("refile").stdout
    assert mailbox.subjects() == {".Work/cur": ["work"] * 2}


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ((), ".Trash/new"),
        (("--trash", "Bin/Old"), ".Bin.Old/new"),
        (("--discard", "keep"), "new"),
        (("--discard", "delete"), ""),
    ],
    ids=str,
)
def test_discarded_mail_goes_to_the_trash_unless_asked_otherwise(
    mailbox: Mailbox, options: tuple[str, ...], place: str
) -> None:
    mailbox.put("new/1", "junk")
    assert mailbox.run("refile", *options).exit_code == 0
    assert mailbox.subjects() == ({place: ["junk"]} if place else {})


def test_programs_are_run_only_if_that_is_allowed_and_once(mailbox: Mailbox) -> None:
    ran = mailbox.home / "ran"
    mailbox.rules.write_text(
        "allow_commands: true\n"
        "rules:\n"
        "  - name: copy to a program\n"
        "    when: {subject: work}\n"
        f"    then: {{pipe: [/bin/sh, -c, 'cat >> {ran}'], continue: true}}\n"
        "  - {name: refuse, when: {subject: junk}, then: {reject: 'no'}}\n"
    )
    mailbox.fill()
    assert "1 left (reject is not allowed)" in mailbox.run("refile").stdout
    assert not ran.exists()
    allowed = ("--allow", "pipe", "--allow", "reject")
    assert "1 message changed" in mailbox.run("refile", *allowed).stdout
    assert ran.read_text().count("Subject: work") == 1
    mailbox.run("refile", "--allow", "pipe")
    assert ran.read_text().count("Subject: work") == 1
    assert mailbox.subjects() == {".Trash/new": ["junk"], "new": ["other", "read", "work"]}


def test_broken_rules_move_nothing(mailbox: Mailbox) -> None:
    mailbox.fill()
    assert mailbox.run("refile", "--dry-run").exit_code == 0  # now a good set is in the cache
    mailbox.rules.write_text("rules:\n  - {name: x, when: {subjekt: y}, then: {file: z}}\n")
    result = mailbox.run("refile")
    assert result.exit_code == 1
    assert "rules.yaml:2:" in result.stderr
    assert list(mailbox.subjects()) == ["new"]


def test_a_path_that_is_not_a_maildir_is_refused(mailbox: Mailbox, tmp_path: Path) -> None:
    for path, why in ((tmp_path / "nowhere", "does not exist"), (tmp_path, "is not a Maildir")):
        result = mailbox.run("refile", path)
        assert result.exit_code == 1
        assert f"{path}: {why}" in result.output


def test_the_maildir_may_be_named_or_come_from_the_rules(mailbox: Mailbox) -> None:
    mailbox.fill()
    other = mailbox.home / "Other"
    mailbox.maildir.rename(other)
    assert "3 messages changed" in mailbox.run("refile", other).stdout
    mailbox.rules.write_text(f"maildir: ~/Other\n{mailbox.rules.read_text()}")
    assert "0 messages changed, 2 stay" in mailbox.run("refile").stdout


def test_compressed_mail_is_filed_by_what_it_says_or_left_with_the_reason(
    mailbox: Mailbox,
) -> None:
    packed = gzip.compress(b"Subject: work\n\nbody\n")
    for name, data in (("1,S=20:2,S", packed), ("2,S=20:2,S", b"\x28\xb5\x2f\xfd packed")):
        (mailbox.maildir / "cur" / name).write_bytes(data)
    result = mailbox.run("refile")
    assert "1 message changed, 0 stay, 1 failed" in result.stdout
    assert "2,S=20:2,S: is compressed (zstd), which cannot be read" in result.stderr
    assert [path.read_bytes() for path in (mailbox.maildir / ".Work/cur").iterdir()] == [packed]
    assert len([*(mailbox.maildir / "cur").iterdir()]) == 1
