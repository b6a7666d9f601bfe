"""Programs that rules name: `command`, `pipe` and `forward`, run by a real delivery."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli_account import MESSAGE, Account


def program(account: Account, name: str, text: str) -> Path:
    path = account.home / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_command_decides_by_its_status(account: Account) -> None:
    asks = program(account, "asks", "grep -q '^Subject: hello'")
    account.rules.write_text(
        f"allow_commands: true\nrules: [{{when: {{command: [{asks}]}}, then: {{file: Yes}}}}]"
    )
    account.deliver()
    account.deliver(message=b"Subject: other\n\n")
    assert len(list(account.maildir.glob(".Yes/new/*"))) == 1
    assert len(list(account.maildir.glob("new/*"))) == 1


def test_a_command_that_cannot_be_run_decides_nothing(account: Account) -> None:
    account.rules.write_text(
        "allow_commands: true\n"
        "rules: [{when: {not: {command: [/nonexistent]}}, then: {file: Elsewhere}}]"
    )
    assert account.deliver() == (0, b"", b"")
    assert [path.parent for path in account.files()] == [account.maildir / "new"]


def test_a_pipe_gets_the_message_without_a_shell(account: Account) -> None:
    takes = program(account, "takes", 'cat > "$HOME/taken"; printf %s "$1" > "$HOME/word"')
    account.rules.write_text(
        "allow_commands: true\n"
        f"rules: [{{when: {{subject: '(?P<word>.*)'}}, then: {{pipe: [{takes}, '{{word}}']}}}}]"
    )
    message = MESSAGE.replace(b"hello", b"$(touch owned); `id`")
    assert account.deliver(message=message) == (0, b"", b"")
    assert (account.home / "taken").read_bytes() == message
    assert (account.home / "word").read_text() == "$(touch owned); `id`"
    assert account.files() == []


def test_a_pipe_that_fails_defers(account: Account) -> None:
    fails = program(account, "fails", "echo out of order; exit 3")
    account.rules.write_text(f"allow_commands: true\nrules: [{{then: {{pipe: [{fails}]}}}}]")
    status, _, err = account.deliver()
    assert status == 75
    assert b"out of order" in err


def test_forward_goes_through_sendmail(account: Account) -> None:
    sendmail = program(account, "sendmail", 'echo "$@" > "$HOME/args"; cat > "$HOME/sent"')
    account.rules.write_text(
        f"sendmail: {sendmail}\n"
        "rules: [{name: on, then: {forward: other@example.com, continue: true}}]"
    )
    assert account.deliver("--sender", "a@example.org") == (0, b"", b"")
    assert (account.home / "args").read_text() == "-i -f a@example.org -- other@example.com\n"
    assert MESSAGE in (account.home / "sent").read_bytes()
    assert len(account.files()) == 1


def test_copies_are_made_before_the_sender_is_told_no(account: Account) -> None:
    account.rules.write_text(
        "rules: [{name: keep one, then: {copy: Refused}}, {name: no, then: {reject: go away}}]"
    )
    assert account.deliver() == (77, b"", b"5.7.1 go away\n")
    assert [path.parent.name for path in account.files()] == ["new"]
    assert len(list(account.maildir.glob(".Refused/new/*"))) == 1
