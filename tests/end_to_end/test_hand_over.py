"""Postfix's local(8), the native hook, and a server that runs already, started as root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.test_lmtp_service import as_root
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.hooks import Native
from tests.support.end_to_end.mails import MAILS, REFUSED, RULES
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.waiting import wait_until

PASSED_ON = "TZ MAIL_CONFIG LANG XDG_RUNTIME_DIR="


@pytest.fixture
def hook(postfix: Postfix, account: Account, program: Program) -> Native:
    hook = Native(postfix, account, program)
    hook.install()
    return hook


@pytest.fixture
def server(hook: Native, place: Path) -> Iterator[Path]:
    """A server for all accounts of the machine; gives its socket."""
    runtime = place / f"runtime-{hook.account.name}"
    (runtime / "maildrop-py").mkdir(parents=True)
    runtime.chmod(0o755)
    path = runtime / "maildrop-py/deliver"
    command = f"exec maildrop-py serve --users system --hand-over {path}"
    hook.postfix.set(export_environment=f"{PASSED_ON}{runtime}")
    with as_root(command, hook.program, hook.postfix) as process:
        wait_until(path.exists, "the socket")
        yield path
        assert process.poll() is None
    hook.postfix.set(export_environment="TZ MAIL_CONFIG LANG")


def test_every_message_is_in_its_folder_by_the_server(hook: Native, server: Path) -> None:
    account = hook.account
    account.write(account.rules, RULES)
    away = hook.program.command.rename(hook.program.command.with_name("away"))
    try:  # nothing but the server can deliver
        for mail in MAILS:
            hook.postfix.deliver(hook.address(mail.extension), mail.message, mail.sender)
    finally:
        away.rename(hook.program.command)
    assert sum(account.folders().values()) == len(MAILS)
    assert account.leftovers() == []
    owners = {path.stat().st_uid for path in account.maildir.rglob("new/*")}
    assert owners <= {account.ids[0]}


def test_a_rejection_bounces(hook: Native, server: Path) -> None:
    hook.account.write(hook.account.rules, RULES)
    status, reason = hook.postfix.outcome(hook.postfix.submit(hook.address(), REFUSED))
    assert (status, "Nothing of this kind is wanted here" in reason) == ("bounced", True)


def test_where_the_server_is_gone_the_command_delivers(hook: Native, server: Path) -> None:
    os.unlink(server)
    hook.account.write(hook.account.rules, RULES)
    hook.postfix.deliver(hook.address(), MAILS[0].message)
    assert sum(hook.account.folders().values()) == 1
