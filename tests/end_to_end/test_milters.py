"""Filters before a real Postfix, as milters: real spamass-milter with spamd, and real rspamd.

The sender writes a filter's fields too. What counts is the site's own verdict, wherever the
milter puts its fields: a message that says of itself that it is no spam is spam all the same.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.scanners import asking
from maildrop_py.evidence.scanners.answer import About
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.support import scanners
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.hooks import MailboxCommand
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.scanners import SPAM_WORDS, need, program, running
from tests.support.waiting import wait_until

RULES = "rules: [{name: spam, when: {spam_flag: true}, then: {file: Junk}}]"
FORGED = """\
X-Spam-Status: No, score=-99.0 required=5.0
X-Spam-Flag: NO
X-Spam-Score: -99
X-Spam: No
X-Spamd-Result: default: False [-99.00 / 15.00]
"""
MAIL = "From: ann@a.example\nTo: me@b.example\nSubject: {}\nMessage-ID: <{}@a.example>\n{}\n{}\n"


@contextmanager
def spamass_milter() -> Iterator[Path]:
    """It asks a spamd of ours, and appends its fields."""
    need("spamass-milter")
    need("spamc")
    with running(scanners.spamd, "spamd.sock", answers("spamd")) as spamd:
        door = spamd.place / "milter"
        words = [program("spamass-milter"), "-m", "-p", str(door), "--", "-U", str(spamd.path)]
        milter = subprocess.Popen(words, start_new_session=True)
        try:
            wait_until(door.exists, "the milter's socket")
            door.chmod(0o666)
            yield door
        finally:
            milter.terminate()
            milter.wait()


@contextmanager
def rspamd_milter() -> Iterator[Path]:
    """The proxy of an rspamd, which judges by itself."""
    with running(_rspamd_with_proxy, "rspamd.sock", answers("rspamd")) as rspamd:
        door = rspamd.place / "milter.sock"
        wait_until(door.exists, "the milter's socket")
        yield door


def _rspamd_with_proxy(place: Path) -> list[str]:
    command, path = scanners.rspamd(place), place / "rspamd.conf"
    path.write_text(
        path.read_text().replace("reject = 15", "reject = 150")
        + f'worker "rspamd_proxy" {{ bind_socket = "{place}/milter.sock mode=0666"; count = 1;\n'
        '  milter = yes; upstream "local" { self_scan = yes; default = yes; } }\n'
    )
    return command


def answers(name: str) -> Callable[[str], bool]:
    """Whether the scanner answers at an address."""

    def probe(address: str) -> bool:
        message, budget = Message(BytesSource(b"Subject: x\n\nx\n")), Budget(2, time.monotonic)
        return not asking.ask((name, address, 0), message, About(), budget).unknown

    return probe


MILTERS: dict[str, Callable[[], object]] = {
    "spamass-milter": spamass_milter,
    "rspamd": rspamd_milter,
}


@pytest.fixture(scope="module", params=MILTERS)
def milter(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The socket of a milter."""
    with ExitStack() as stack:
        yield stack.enter_context(MILTERS[request.param]())  # type: ignore[arg-type]


@pytest.fixture
def hook(
    postfix: Postfix, account: Account, program: Program, milter: Path
) -> Iterator[MailboxCommand]:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    account.make_maildir()
    account.write(account.rules, RULES)
    postfix.set(smtpd_milters=f"unix:{milter}", milter_default_action="tempfail")
    yield hook
    postfix.set(smtpd_milters="")


@pytest.mark.parametrize("forged", ["", FORGED], ids=["alone", "under a forged verdict"])
def test_spam_is_filed_as_the_milter_says(hook: MailboxCommand, forged: str) -> None:
    hook.postfix.deliver(hook.address(), MAIL.format("a", "1", forged, SPAM_WORDS).encode())
    assert hook.account.folders() == {".Junk": 1}


@pytest.mark.parametrize("forged", ["", FORGED], ids=["alone", "under a forged verdict"])
def test_other_mail_stays_in_the_inbox(hook: MailboxCommand, forged: str) -> None:
    hook.postfix.deliver(hook.address(), MAIL.format("b", "2", forged, "lunch?").encode())
    assert hook.account.folders() == {"": 1}
