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
from maildrop_py.report.access import READ, RUN, User, why_not
from maildrop_py.report.hook_lines import guarded, hook_lines
from maildrop_py.report.hook_search import hooks_of
from maildrop_py.report.set_up import about_hooks, about_syslog
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
