"""examples/dovecot: what is delivered is shown at once, in folders of every name."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from maildrop_py.set_up.dovecot import PLUS_PLUS, UTF_7, parsed, store_of
from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import example
from tests.support.end_to_end.filed_mail import mail
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.requirements import installed

OLD, NEW = "dovecot/maildir.conf", "dovecot/maildir-2.4.conf"
RULES = """\
rules:
  - {name: lists, when: {list_id: '^(?P<list>\\w+)\\.'}, then: {file: "Lists/{list}"}}
  - {name: work, when: {subject: work}, then: {file: 仕事, flags: [flagged, $Work]}}
  - {name: spam, when: {subject: pills}, then: {file: Junk, flags: [seen]}}
"""


def deliver(program: Program, account: Account, message: bytes) -> None:
    command = ["runuser", "-u", account.name, "--", program.command, "deliver"]
    env = {"HOME": str(account.home), "PATH": "/usr/sbin:/usr/bin:/bin"}
    subprocess.run(command, input=message, env=env, check=True)


def test_dovecot_shows_what_is_delivered(
    account: Account, program: Program, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    account.make_maildir()
    imap = dovecot("mbox:~/nothing", example(OLD))
    assert imap.subscribed() == {"Junk"}, "by `auto`, before there is any spam"
    assert imap.messages() == []
    deliver(program, account, mail(1, "work"))
    deliver(program, account, mail(2, list_id="foo"))
    deliver(program, account, b"Subject: pills\n\nbuy\n")
    assert imap.folders() == {"INBOX", "Junk", "仕事", "Lists/foo"}
    assert imap.flags("仕事") == [frozenset({"\\Flagged", "$Work"})]
    assert imap.flags("Junk") == [frozenset({"\\Seen"})]
    assert imap.complaints() == []


@pytest.mark.parametrize("name", [OLD, NEW])
def test_init_understands_it(name: str) -> None:
    store = store_of(parsed(example(name)), "anna", "/home/anna", {})
    assert (store.maildir, store.layout, store.encoding) == ("/home/anna/Maildir", PLUS_PLUS, UTF_7)
    assert store.junk == "Junk" and store.problems == store.notes == ()


def test_the_dovecot_that_is_here_takes_the_one_of_its_release(tmp_path: Path) -> None:
    program = installed("doveconf")
    if program is None:
        pytest.skip("needs the Debian package dovecot-core")
    config = tmp_path / "dovecot.conf"
    first = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    is_new = _release() >= (2, 4)
    config.write_text(first + example(NEW) if is_new else example(OLD))
    ran = subprocess.run([program, "-c", config], capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "Error" not in ran.stderr, ran.stderr


def _release() -> tuple[int, int]:
    said = subprocess.run(
        [str(installed("dovecot")), "--version"], capture_output=True, text=True, check=True
    )
    found = re.match(r"(\d+)\.(\d+)", said.stdout)
    assert found, said.stdout
    return int(found[1]), int(found[2])
