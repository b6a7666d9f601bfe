"""`why` and `stats`: what became of a message can be found again, whatever it is known by."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from tests.support.cli_account import Account

MEETING = (
    b"From: Ann <ann@example.org>\nSubject: =?utf-8?b?5Lya6K2w?= hello\n"
    b"Message-ID: <meeting@example.org>\n\nbody\n"
)


def run(account: Account, *arguments: object) -> Result:
    environ = {"HOME": str(account.home), "XDG_STATE_HOME": "", "TZ": "UTC"}
    return CliRunner().invoke(app, [*map(str, arguments)], env=environ)


@pytest.fixture
def delivered(account: Account) -> Account:
    account.deliver("--sender", "ann@example.org", "--recipient", "me@example.com", message=MEETING)
    account.deliver("--sender", "bob@example.org", message=b"Subject: other\n\n")
    return account


@pytest.mark.parametrize(
    "wanted",
    ["会議", "HELLO", "<meeting@example.org>", "meeting@example.org", "ANN@example.org"],
)
def test_a_message_is_found_by_what_is_known_of_it(delivered: Account, wanted: str) -> None:
    result = run(delivered, "why", wanted)
    assert result.exit_code == 0
    assert "delivered by deliver" in result.output
    assert "subject    会議 hello" in result.output
    assert "did        filed into Hello (seen)" in result.output
    assert "because    hello: header Subject matches /hello/" in result.output
    assert "other" not in result.output


def test_a_message_is_found_by_its_file_and_its_old_names(delivered: Account) -> None:
    [path] = delivered.maildir.glob(".Hello/cur/*")
    renamed = path.rename(path.with_name(path.name.replace(":2,S", ":2,FS")))
    for wanted in (path, renamed, renamed.name, path.name.partition(":")[0]):
        assert "会議 hello" in run(delivered, "why", wanted).output


def test_moving_and_putting_back_are_part_of_the_story(delivered: Account) -> None:
    delivered.rules.write_text(
        "rules: [{name: moved, when: {subject: hello}, then: {file: Elsewhere}}]\n"
    )
    assert run(delivered, "refile", "--all-folders").exit_code == 0
    assert run(delivered, "undo").exit_code == 0
    entries = [
        json.loads(line) for line in run(delivered, "why", "会議", "--json").output.splitlines()
    ]
    assert [entry["command"] for entry in entries] == ["undo", "refile", "deliver"]
    assert entries[0]["moved_from"] == entries[1]["paths"][0]
    assert entries[1]["moved_from"] == entries[2]["paths"][0]
    assert entries[1]["rule"] == "moved" and entries[1]["run"]
    [now] = entries[0]["paths"]
    assert Path(now).is_file()
    assert "会議" in run(delivered, "why", now).output


def test_an_envelope_has_no_recipient_that_nobody_named(delivered: Account) -> None:
    assert "envelope   from <bob@example.org>\n" in run(delivered, "why", "other").output


def test_failures_are_found_too(account: Account) -> None:
    account.deliver("--maildir", "/proc/nowhere", "--sender", "ann@example.org", message=MEETING)
    result = run(account, "why", "ann@example.org")
    assert "not delivered by deliver: the mail server tries again" in result.output
    assert "error" in result.output


def test_newest_first_and_no_more_than_wanted(account: Account) -> None:
    for number in range(3):
        account.deliver(message=b"Subject: same %d\n\n" % number)
    result = run(account, "why", "same", "--json", "-n", "2")
    subjects = [json.loads(line)["subject"] for line in result.output.splitlines()]
    assert subjects == ["same 2", "same 1"]


def test_rotated_and_damaged_logs_are_read(delivered: Account) -> None:
    log = delivered.home / ".local/state/maildrop-py/deliveries.jsonl"
    old = time.time() - 40 * 86400
    os.utime(log, (old, old))
    delivered.deliver(message=b"Subject: hello again\n\n")
    with log.open("a") as file:
        file.write('{"time": "2026-')
    result = run(delivered, "why", "hello", "--json")
    assert [json.loads(line)["subject"] for line in result.stdout.splitlines()] == [
        "hello again",
        "会議 hello",
    ]
    assert "is not a log entry" in result.stderr


def test_what_the_log_does_not_have_is_said(delivered: Account) -> None:
    result = run(delivered, "why", "nothing like it")
    assert result.exit_code == 1 and "the log says nothing of" in result.stderr


def test_nothing_in_the_log_reaches_the_terminal_as_a_command(account: Account) -> None:
    account.deliver(message=b"Subject: hello \x1b[31m\xe2\x80\xaeevil\n\n")
    output = run(account, "why", "hello").output
    assert "\x1b" not in output and "\u202e" not in output


def entry(when: str, **more: object) -> str:
    return json.dumps(
        {"version": 2, "time": when, "command": "deliver", "result": "delivered", **more}
    )


def test_days_are_those_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    log.write_text(entry("2026-11-27T23:30:00Z", folders=["A"]) + "\n")
    try:
        for zone, day in (("UTC", "2026-11-27"), ("Asia/Tokyo", "2026-11-28")):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            result = CliRunner().invoke(app, ["stats", "--log", str(log), "--json"])
            assert json.loads(result.output)["days"] == {day: 1}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_several_logs_and_all_commands_are_counted(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_text(entry("2026-11-28T00:00:00Z", folders=["A"], size=10) + "\n")
    second.write_text(
        "\n".join(
            [
                entry("2026-11-28T00:00:00Z", folders=["A"], size=5),
                entry("2026-11-28T00:00:00Z", command="refile", result="refiled"),
                entry("2026-11-28T00:00:00Z", command="watch", result="refiled"),
                entry("2026-11-28T00:00:00Z", command="serve", result="deferred", error="full"),
            ]
        )
    )
    arguments = ["stats", "--log", str(first), "--log", str(second)]
    found = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert (found["messages"], found["bytes"], found["folders"]) == (2, 15, {"A": 2})
    assert found["filed_mail"] == {"refiled by refile": 1, "refiled by watch": 1}
    assert found["failures"] == {"serve: full": 1}
    text = CliRunner().invoke(app, arguments).output
    assert text.endswith("new messages: 2, 15 B\n")


WITH_A_FILE = (
    b"Subject: with a file\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n"
    b"--b\nContent-Type: application/pdf; name=plan.pdf\n"
    b"Content-Disposition: attachment; filename=plan.pdf\n\n%PDF-\n--b--\n"
)
ATTACHED = "attached   plan.pdf (application/pdf, 5 bytes)"


def test_attachments_that_a_rule_asked_for_are_in_the_log(account: Account) -> None:
    account.rules.write_text("rules: [{when: {attachment: {name: exe}}, then: {file: A}}]\n")
    account.deliver(message=WITH_A_FILE)
    [entry] = account.log()
    assert entry["attachments"] == [{"name": "plan.pdf", "type": "application/pdf", "size": 5}]
    assert ATTACHED in run(account, "why", "with a file").output


def test_other_attachments_are_read_from_the_file_with_an_option(account: Account) -> None:
    account.deliver(message=WITH_A_FILE)
    assert "attachments" not in account.log()[0]
    assert "attached" not in run(account, "why", "with a file").output
    assert ATTACHED in run(account, "why", "--attachments", "with a file").output
    account.files()[0].unlink()
    gone = run(account, "why", "--attachments", "with a file")
    assert gone.exit_code == 0 and "No such file" in gone.stderr
