"""Rules that are broken for a while are told of once, in INBOX, and mail goes on."""

from __future__ import annotations

import os
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from maildrop_py.delivery.broken_rules import notify_of_broken_rules
from maildrop_py.maildir.maildir import Maildir
from tests.support.cli_account import Account

HOUR = 3600.0
NOW = 1_795_834_650.0


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text("rules: oops\n")
    return path


def tell(rules: Path, now: float, after: float = HOUR) -> list[str]:
    warnings: list[str] = []
    home = rules.parent
    notify_of_broken_rules(
        *(str(rules), ["rules not usable: oops"], str(home / "state")),
        *(Maildir(str(home / "Maildir"), create=True), after, now, warnings.append),
    )
    return warnings


def told(home: Path) -> list[EmailMessage]:
    paths = sorted((home / "Maildir").glob("new/*"))
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return cast(list[EmailMessage], parsed)


def test_it_is_told_once_after_its_time(rules: Path, tmp_path: Path) -> None:
    for seconds in (0, 10, HOUR - 1):
        assert tell(rules, NOW + seconds) == []
        assert told(tmp_path) == []
    for seconds in (HOUR, HOUR + 1, 30 * HOUR):
        assert tell(rules, NOW + seconds) == []
    [message] = told(tmp_path)
    assert message["Subject"] == "Your mail rules have a mistake: rules.yaml"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "broken for more than 1 hour" in text
    assert "rules not usable: oops" in text and f"maildrop-py check {rules}" in text


def test_a_file_that_is_changed_has_its_time_again(rules: Path, tmp_path: Path) -> None:
    tell(rules, NOW)
    tell(rules, NOW + HOUR)
    rules.write_text("rules: oops again\n")
    os.utime(rules, (1, 1))
    tell(rules, NOW + 2 * HOUR)
    assert len(told(tmp_path)) == 1
    tell(rules, NOW + 3 * HOUR)
    assert len(told(tmp_path)) == 2


def test_never_is_never(rules: Path, tmp_path: Path) -> None:
    for hours in (0, 100):
        tell(rules, NOW + hours * HOUR, after=0)
    assert told(tmp_path) == []


def test_what_stands_in_its_way_is_a_warning(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    [warning] = tell(rules, NOW)
    assert "could not be delivered" in warning


def test_no_name_of_a_file_writes_a_header(tmp_path: Path) -> None:
    rules = tmp_path / "x\nBcc: victim@example.org\n.yaml"
    rules.write_text("oops")
    tell(rules, NOW)
    tell(rules, NOW + HOUR)
    [message] = told(tmp_path)
    assert message["Bcc"] is None


def test_deliver_tells_and_goes_on(account: Account) -> None:
    """With the setting of the last rules that were right."""
    account.rules.write_text("broken_rules_notice: 1s\n" + account.rules.read_text())
    account.deliver()
    account.rules.write_text("rules: oops\n")
    assert account.deliver() == (0, b"", b"")
    note = account.home / ".local/state/maildrop-py/broken-rules"
    version, _, since = note.read_text().partition(" ")
    note.write_text(f"{version} {int(since) - 60}")
    assert account.deliver() == (0, b"", b"")
    assert account.deliver() == (0, b"", b"")
    [notice] = [path for path in account.files() if path.parent == account.maildir / "new"]
    assert b"Your mail rules have a mistake" in notice.read_bytes()
    assert len(account.files()) == 5
