"""`doctor` finds what is wrong with a set-up, and says what would be right."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import app
from maildrop_py.set_up.checks import about_hooks, about_syslog
from maildrop_py.set_up.file_access import READ, RUN, User, why_not
from maildrop_py.set_up.hook_lines import guarded, hook_lines
from maildrop_py.set_up.hook_search import hooks_of
from maildrop_py.set_up.log_check import about_log
from tests.support.cli_account import Account

ME = User(pwd.getpwuid(os.geteuid()))
NOBODY = User(pwd.getpwnam("nobody"))

Findings = list[tuple[str, str, str]]


@pytest.fixture
def home(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv("HOME", str(account.home))
    for part in ("cur", "new", "tmp"):
        (account.maildir / part).mkdir(parents=True)
    return account


def findings(*arguments: str) -> Findings:
    result = CliRunner().invoke(app, ["doctor", "--json", "--offline", *arguments])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    wrong = any(each["level"] == "wrong" for each in found)
    assert result.exit_code == (1 if wrong else 0)
    return [(each["level"], each["about"], each["text"]) for each in found]


def about(what: str, *arguments: str) -> list[tuple[str, str]]:
    return [(level, text) for level, it, text in findings(*arguments) if it == what]


def test_what_is_right_is_said_too(home: Account) -> None:
    assert about("Maildir") == [("ok", str(home.maildir))]
    assert about("rules") == [("ok", str(home.rules))]
    assert [level for level, _ in about("state")] == ["ok"]


def test_a_maildir_that_lacks_a_part(home: Account) -> None:
    (home.maildir / "tmp").rmdir()
    assert about("Maildir") == [("wrong", f"{home.maildir}/tmp is not there")]


def test_mistakes_in_rules_and_rules_that_others_may_write(home: Account) -> None:
    home.rules.write_text("rules: [{when: {subjekt: x}, then: {file: A}}]\n")
    [(level, text)] = about("rules")
    assert level == "wrong" and "rules.yaml:1:" in text and "subjekt" in text
    home.rules.write_text("rules: []\n")
    home.rules.chmod(0o666)
    [(level, text)] = about("rules")
    assert level == "wrong" and "writable for everybody" in text


def test_a_cache_that_others_may_write(home: Account) -> None:
    cache = home.home / ".cache/maildrop-py"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    [(level, text)] = about("cache")
    assert level == "wrong" and "writable for everybody" in text


def test_scanners_tables_and_stores_that_are_away_are_named(home: Account) -> None:
    home.rules.write_text(
        f'scanners: {{spamd: "unix:{home.home}/no.sock"}}\n'
        f"countries: {home.home}/none\nstore: redis://{home.home}/no.sock\nrules: []\n"
    )
    for what in ("scanner spamd", "countries", "store"):
        [(level, text)] = about(what)
        assert level == "wrong" and text


def test_sockets_are_tried(tmp_path: Path, home: Account) -> None:
    path = str(tmp_path / "lmtp")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        [(level, text)] = about("socket", "--socket", path)
        assert level == "wrong" and "refused" in text
        server.listen()
        server.settimeout(10)
        process = subprocess.Popen(
            [sys.executable, "-m", "maildrop_py", "doctor", "--offline", "--socket", path],
            stdout=subprocess.PIPE,
            env={"HOME": str(home.home), "PATH": os.environ["PATH"]},
        )
        client, _ = server.accept()
        client.sendall(b"220 mx.example.org LMTP\r\n")
        client.close()
        output, _ = process.communicate(timeout=60)
    assert f"socket: {path}: 220 mx.example.org LMTP" in output.decode()


@pytest.mark.parametrize("server", hook_lines("/usr/bin/maildrop-py"))
def test_every_line_that_init_prints_is_found_and_safe(tmp_path: Path, server: str) -> None:
    lines = hook_lines("/usr/bin/maildrop-py")[server][1]
    (tmp_path / ".forward").write_text("# comment\n" + "\n".join(lines) + "\n")
    [hook] = hooks_of([str(tmp_path)], ())
    assert hook.program == "/usr/bin/maildrop-py"
    assert hook.is_guarded
    assert hook.user == ("vmail" if "virtual" in server else "")


@pytest.mark.parametrize(
    ("line", "level", "said"),
    [
        ("|{program} deliver", "warning", "would bounce mail"),
        (guarded("/nonexistent/maildrop-py"), "wrong", "does not exist"),
        ("\"|/bin/sh -c '{guarded}'\"", "ok", ".forward:1"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(
    tmp_path: Path, line: str, level: str, said: str
) -> None:
    program = tmp_path / "maildrop-py"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = line.replace("{program}", str(program)).replace("{guarded}", guarded(str(program)))
    (tmp_path / ".forward").write_text(text + "\n")
    [finding] = about_hooks(list(hooks_of([str(tmp_path)], ())), ME, "maildrop-py")
    assert (finding.level, said in finding.text) == (level, True)


def test_without_a_line_one_is_shown() -> None:
    [finding] = about_hooks([], ME, "/usr/bin/maildrop-py")
    assert finding.level == "warning" and "/usr/bin/maildrop-py deliver" in finding.remedy


def test_a_program_below_a_closed_directory_cannot_be_run(tmp_path: Path) -> None:
    """As an interpreter below /root, which the mail server's user cannot reach."""
    closed = tmp_path / "closed"
    closed.mkdir()
    program = closed / "python3"
    program.write_text("")
    program.chmod(0o755)
    for directory in tmp_path.parents:
        if not os.stat(directory).st_mode & 0o001:
            break
    else:
        directory = closed
    closed.chmod(0o700)
    assert why_not(NOBODY, str(program), RUN).startswith("nobody may not enter ")
    assert why_not(User(pwd.getpwuid(0)), str(program), RUN) == ""


def test_rights_are_read_as_the_system_reads_them() -> None:
    assert why_not(NOBODY, "/bin/sh", RUN) == ""
    assert why_not(NOBODY, "/etc/passwd", READ) == ""
    assert "may not run" in why_not(NOBODY, "/etc/passwd", RUN)
    assert "does not exist" in why_not(NOBODY, "/nonexistent", READ)
    if os.path.exists("/etc/shadow"):
        assert "may not read" in why_not(NOBODY, "/etc/shadow", READ)


def test_syslog(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        assert about_syslog(str(tmp_path / "log")).level == "ok"
    assert about_syslog(str(tmp_path / "none")).level == "warning"


def logged(path: Path, *lines: str) -> list[tuple[str, str, str]]:
    """What is found about a log with these lines."""
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(0o600)
    return looked_at(path)


def looked_at(path: Path) -> list[tuple[str, str, str]]:
    return [(it.level, it.about, it.text) for it in about_log(str(path), NOON)]


NOON = 1_795_780_800.0  # 2026-11-27T12:00:00Z
DELIVERED = '{"version": 2, "time": "2026-11-27T11:00:00Z", "result": "delivered"}'
DEFERRED = (
    '{"version": 2, "time": "2026-11-%s:00:00Z", "result": "deferred", '
    '"message_id": "<1@example.org>", "error": "DiskFull: no room"}'
)


def test_the_delivery_log_is_looked_at(home: Account) -> None:
    log = home.home / ".local/state/maildrop-py/deliveries.jsonl"
    assert looked_at(log) == [("ok", "delivery log", f"{log} will be made")]
    home.deliver()
    assert about("delivery log") == [("ok", f"{log}: 1 entry")]
    log.chmod(0o666)
    [(level, text)] = about("delivery log")
    assert level == "wrong" and "writable for everybody" in text
    other = home.home / "other"
    other.symlink_to(log)
    [(level, text)] = about("delivery log", "--log", str(other))
    assert level == "wrong" and "symbolic link" in text
    [(level, text)] = about("delivery log", "--log", str(home.home))
    assert level == "wrong" and "is a directory" in text


def test_lines_that_are_no_entries_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert logged(log, DELIVERED, '{"version": 2, "ti', "x", DELIVERED)[1:] == [
        (
            "warning",
            "delivery log",
            f"2 lines cannot be read; the first: {log}:2: is not a log entry",
        )
    ]


@pytest.mark.parametrize(("hour", "level"), [("27T10", "warning"), ("25T10", "ok")])
def test_the_last_failure_is_told_and_a_recent_one_is_a_warning(
    tmp_path: Path, hour: str, level: str
) -> None:
    findings = logged(tmp_path / "log", DEFERRED % "24T10", DEFERRED % hour, DELIVERED)
    text = f"2026-11-{hour}:00:00Z: DiskFull: no room (message <1@example.org>)"
    assert findings[1:] == [(level, "last failure", text)]


def test_a_log_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    logged(log, DELIVERED)
    for closed, (level, said) in {
        str(log): ("wrong", "may not be written"),
        str(tmp_path): ("warning", "cannot be rotated"),
    }.items():  # root may write everywhere
        monkeypatch.setattr(os, "access", lambda path, mode, closed=closed: path != closed)
        [(found, _, text)] = looked_at(log)
        assert found == level and said in text
    [(level, _, text)] = looked_at(tmp_path / "other")
    assert level == "wrong" and "cannot be made" in text
