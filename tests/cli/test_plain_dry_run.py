"""The short way to a summary must come to what the long way comes to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from maildrop_py.cli.plain_dry_run import plain_dry_run

RULES = r"""
rules:
  - {name: lists, when: {list_id: '^(?P<list>[\w-]+)\.'}, then: {file: "Lists/{list}"}}
  - {name: meetings, when: {subject: '会議'}, then: {file: Meetings}}
"""
LONG_WAY = (
    "from maildrop_py.cli.app import app; import sys; app(sys.argv[1:], prog_name='maildrop-py')"
)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with rules and a Maildir of 100 messages."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    config = tmp_path / ".config/maildrop-py"
    config.mkdir(parents=True)
    (config / "rules.yaml").write_text(RULES)
    for folder in ("Maildir", "Maildir/.Old"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
    subjects = ["会議".encode("iso-2022-jp"), "会議".encode(), b"hello", b"=?utf-8?b?5Lya6K2w?="]
    for number in range(100):
        top = b"List-Id: <beans.example.org>\n" if number % 3 == 0 else b""
        folder = "Maildir/.Old/cur" if number % 10 == 0 else "Maildir/new"
        head = top + b"Subject: " + subjects[number % 4] + b"\n\n"
        (tmp_path / folder / f"{1_000_000_000 + number}.M1P1.host").write_bytes(head)
    return tmp_path


def long_way(*arguments: str) -> str:
    command = [sys.executable, "-c", LONG_WAY, "dry-run", *arguments]
    done = subprocess.run(command, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0
    return done.stdout.decode()


@pytest.mark.parametrize(
    "options", [[], ["--offline"], ["--all-folders"], ["--folder", "INBOX", "--folder", "Old"]]
)
def test_it_prints_what_the_long_way_prints(
    account: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*options, str(account / "Maildir")]
    assert plain_dry_run(arguments)
    printed = capsys.readouterr().out
    assert "Lists/beans" in printed and "Meetings" in printed
    assert printed == long_way(*arguments)


@pytest.mark.parametrize(
    "wanted",
    [
        *("--explain", "--json", "--list", "--help", "-h", "-", "--", "--nonsense", "--rules"),
        *("--rules=rules.yaml", "--sender", "--folder"),
    ],
)
def test_all_else_is_left_to_the_long_way(
    account: Path, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not plain_dry_run([str(account / "Maildir"), wanted])
    assert not plain_dry_run([wanted, str(account / "nothing")])
    assert capsys.readouterr() == ("", "")


def test_what_is_no_maildir_or_fits_into_a_table_is_left_too(account: Path) -> None:
    assert not plain_dry_run([])
    assert not plain_dry_run([str(account)])
    assert not plain_dry_run([str(account / "Maildir"), str(account)])
    assert not plain_dry_run(["--folder", "Old", str(account / "Maildir")])


def test_mistakes_in_the_rules_are_said_and_status_1(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = account / "bad.yaml"
    bad.write_text("rules: [{when: {subjekt: x}, then: {file: A}}]")
    with pytest.raises(SystemExit) as ended:
        plain_dry_run(["--rules", str(bad), str(account / "Maildir")])
    assert ended.value.code == 1
    assert "did you mean" in capsys.readouterr().err


def test_neither_click_nor_rich_is_loaded_for_it(account: Path) -> None:
    code = (
        "import sys; from maildrop_py.cli.plain_dry_run import plain_dry_run\n"
        f"plain_dry_run([{str(account / 'Maildir')!r}])\n"
        "sys.exit(str({'click', 'rich', 'json', 'typing'} & set(sys.modules)))"
    )
    command = [sys.executable, "-I", "-c", code]
    for _ in range(2):  # the first may have to compile the rules
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.stderr == b"set()\n"
    assert b"90 messages; nothing was changed" in done.stdout


def test_the_command_goes_the_short_way(account: Path) -> None:
    command = [sys.executable, "-m", "maildrop_py", "dry-run", str(account / "Maildir")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0 and done.stderr == b""
    assert done.stdout.endswith(b"90 messages; nothing was changed\n")
