"""Real spamd, rspamd, clamd and bogofilter: asked at delivery, taught, and when they misbehave.

Mail always goes on, and in time: what could not be asked is unknown.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.scanners import asking
from maildrop_py.evidence.scanners.answer import About
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.support import scanners
from tests.support.scanners import SPAM_WORDS, VIRUS, Scanner, need, program, running

HEAD = "From: ann@a.example\nTo: me@b.example\nSubject: {}\nMessage-ID: <{}@a.example>\n\n"
RULES = """
scanners: {{{scanner}, timeout: {seconds}}}
rules:
  - name: virus
    when: {{virus: true}}
    then: {{add_header: {{X-Virus: "{{virus}}"}}, file: Quarantine}}
  - name: spam
    when: {{spam_flag: true}}
    then: {{add_header: {{X-Spam-Score: "{{spam_score}}"}}, file: Junk}}
  - name: known not to be
    when: {{{clean}: false}}
    then: {{file: Clean}}
"""
SOCKETS = {"spamd": "spamd.sock", "rspamd": "rspamd.sock", "clamd": "clamd.sock"}
COMMANDS = {"spamd": scanners.spamd, "rspamd": scanners.rspamd, "clamd": scanners.clamd}
BAD = {"spamd": SPAM_WORDS, "rspamd": SPAM_WORDS, "clamd": VIRUS}
BAD_PLACE = {"spamd": "Junk", "rspamd": "Junk", "clamd": "Quarantine"}


def mail(text: str, number: int = 1) -> bytes:
    return (HEAD.format(number, number) + text + "\n").encode()


class User:
    """Somebody with rules, to whom mail is delivered by the command."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.chmod(0o700)
        (home / ".config/maildrop-py").mkdir(parents=True, mode=0o700)
        (home / "Maildir").mkdir()

    def rules(self, scanner: str, seconds: float = 20) -> None:
        path = self.home / ".config/maildrop-py/rules.yaml"
        clean = "virus" if scanner.startswith("clamd") else "spam_flag"
        path.write_text(RULES.format(scanner=scanner, seconds=seconds, clean=clean))

    def filters(self, argv: list[str]) -> None:
        """Rules that let a program judge, and go by its headers."""
        path = self.home / ".config/maildrop-py/rules.yaml"
        path.write_text(
            f"allow_commands: true\nrules:\n  - {{name: ask, then: {{filter: {argv}}}}}\n"
            "  - {name: spam, when: {spam_flag: true}, then: {file: Junk}}\n"
        )

    def deliver(self, message: bytes) -> str:
        """The folder that the message is delivered into."""
        before = set(self._files())
        done = subprocess.run(
            [sys.executable, "-m", "maildrop_py", "deliver"],
            input=message,
            env={**os.environ, "HOME": str(self.home), "XDG_STATE_HOME": "", "CLIENT_ADDRESS": ""},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        (new,) = set(self._files()) - before
        return new.parent.parent.name.removeprefix(".")

    def text(self, folder: str) -> str:
        (found,) = (self.home / "Maildir" / f".{folder}").glob("*/*.*")
        return found.read_text()

    def log(self) -> str:
        return (self.home / ".local/state/maildrop-py/deliveries.jsonl").read_text()

    def _files(self) -> list[Path]:
        return [path for path in (self.home / "Maildir").glob("**/new/*") if path.is_file()]


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def scanner(name: str) -> Iterator[Scanner]:
    def answers(address: str) -> bool:
        message, budget = Message(BytesSource(mail("x"))), Budget(2, time.monotonic)
        return not asking.ask((name, address, 0), message, About(), budget).unknown

    with running(COMMANDS[name], SOCKETS[name], answers) as found:
        yield found


def test_mail_goes_where_the_scanner_says(user: User, name: str, scanner: Scanner) -> None:
    user.rules(f"{name}: {scanner.address}")
    assert user.deliver(mail("Lunch at noon?", 1)) == "Clean"
    assert user.deliver(mail(f"Buy {BAD[name]} now", 2)) == BAD_PLACE[name]
    written = {"spamd": "X-Spam-Score: 7.5", "rspamd": "X-Spam-Score: 20", "clamd": "X-Virus: Test"}
    assert written[name] in user.text(BAD_PLACE[name])


def test_what_is_too_large_for_it_is_unknown(user: User, name: str, scanner: Scanner) -> None:
    large = mail(BAD[name] + " x" * 200_000)
    user.rules(f"{name}: {{at: '{scanner.address}', max_size: 100KB}}")
    assert user.deliver(large) == "Maildir"
    assert "larger than 102400 bytes" in user.log()
    if name == "clamd":
        user.rules(f"clamd: {scanner.address}")
        assert user.deliver(large) == "Maildir", "clamd itself refuses it"
        assert "size limit exceeded" in user.log()


def test_one_that_hangs_holds_mail_up_for_its_time_alone(
    user: User, name: str, scanner: Scanner
) -> None:
    user.rules(f"{name}: {scanner.address}", seconds=1)
    scanner.signal(signal.SIGSTOP)
    try:
        assert user.deliver(mail(BAD[name])) == "Maildir"
    finally:
        scanner.signal(signal.SIGCONT)
    assert "in time" in user.log()


def test_filters_are_taught(name: str, scanner: Scanner) -> None:
    if name == "clamd":
        pytest.skip("clamd learns nothing")
    at = scanner.address
    if name == "rspamd":
        at += f" unix:{scanner.place}/controller.sock"
    message = Message(BytesSource(mail("A word to be learnt: sesquipedalian", 77)))
    for is_spam in (True, False):
        budget = Budget(30, time.monotonic)
        assert asking.teach((name, at, 0), message, is_spam, About(), budget) == ""


def test_one_that_was_killed_is_unknown(user: User, name: str) -> None:
    with running(COMMANDS[name], SOCKETS[name], lambda address: True) as scanner:
        scanner.signal(signal.SIGKILL)
        user.rules(f"{name}: {scanner.address}", seconds=5)
        assert user.deliver(mail(BAD[name])) == "Maildir"
    assert user.deliver(mail(BAD[name])) == "Maildir", "its socket is gone too"
    assert f"{name}: " in user.log()


def test_bogofilter_is_asked_and_taught(user: User) -> None:
    need("bogofilter")
    wrapper = user.home / "bogofilter"
    wrapper.write_text(f'#!/bin/sh\nexec {program("bogofilter")} -d {user.home}/words "$@"\n')
    wrapper.chmod(0o755)
    (user.home / "words").mkdir()
    user.rules(f"bogofilter: {wrapper}")
    assert user.deliver(mail("no words yet")) == "Maildir", "an error is unknown"
    for number in range(20):
        for is_spam, text in ((True, "cheap pills unbeatable"), (False, "minutes meeting lunch")):
            message = Message(BytesSource(mail(text, number)))
            scanner = ("bogofilter", str(wrapper), 0)
            budget = Budget(30, time.monotonic)
            assert asking.teach(scanner, message, is_spam, About(), budget) == ""
    assert user.deliver(mail("unbeatable cheap pills")) == "Junk"
    assert user.deliver(mail("lunch meeting minutes")) == "Clean"


def test_all_of_them_may_hang(user: User, tmp_path: Path) -> None:
    hanging = [scanners.Misbehaving(tmp_path / f"{n}.sock", None) for n in range(3)]
    places = zip(("spamd", "rspamd", "clamd"), hanging, strict=True)
    user.rules(", ".join(f"{name}: {server.address}" for name, server in places), seconds=1)
    assert user.deliver(mail("x")) == "Maildir"
    log = user.log()
    assert all(f"{name}: no answer in time" in log for name in ("spamd", "rspamd", "clamd"))
    for server in hanging:
        server.close()


def test_spamc_as_a_filter_writes_headers_that_later_rules_see(user: User) -> None:
    need("spamc")
    with running(COMMANDS["spamd"], SOCKETS["spamd"], _spamd_answers) as scanner:
        user.filters([program("spamc"), "-U", str(scanner.path)])
        assert user.deliver(mail("Lunch?", 1)) == "Maildir"
        assert user.deliver(mail(f"Buy {SPAM_WORDS} now", 2)) == "Junk"
    assert user.deliver(mail(f"Buy {SPAM_WORDS} now", 3)) == "Maildir", "unchanged without spamd"


def test_bogofilter_as_a_filter(user: User) -> None:
    need("bogofilter")
    (user.home / "words").mkdir()
    argv = [program("bogofilter"), "-d", str(user.home / "words")]
    for number in range(20):
        for option, text in (("-s", "cheap pills unbeatable"), ("-n", "minutes meeting lunch")):
            subprocess.run([*argv, option], input=mail(text, number), check=True)
    user.filters([*argv, "-e", "-p"])
    assert user.deliver(mail("unbeatable cheap pills")) == "Junk"
    assert user.deliver(mail("lunch meeting minutes")) == "Maildir"


def _spamd_answers(address: str) -> bool:
    message, budget = Message(BytesSource(mail("x"))), Budget(2, time.monotonic)
    return not asking.ask(("spamd", address, 0), message, About(), budget).unknown
