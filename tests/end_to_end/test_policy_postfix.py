"""`maildrop-py policy` behind a real Postfix, set up as examples/ say."""

from __future__ import annotations

import os
import signal
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example, parameters
from tests.support.end_to_end.postfix import DOMAIN, Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.service import Service
from tests.support.waiting import wait_until

POLICY = """\
rules:
  - {name: waits, when: {sender: '*@waits.test'}, then: {tarpit: 2s}}
  - {name: grey, when: {sender: '*@grey.test'}, then: {greylist: {delay: 1s}}}
  - {name: never, when: {helo: no_dot}, then: {reject: '5.5.2 no, {helo_name}'}}
  - {name: later, when: {sender: '*@later.test'}, then: {defer: 'come again'}}
  - {name: marked, when: {s25r: true}, then: {prepend: {X-Policy: 'from {client_address}'}}}
"""
RESTRICTIONS = ("smtpd_recipient_restrictions", "smtpd_end_of_data_restrictions")
CLIENT = {"ADDR": "203.0.113.9", "NAME": "mail.example.net", "HELO": "mail.example.net"}


@pytest.fixture(scope="module")
def policy_postfix(postfix_instance: Postfix, program: Program, place: Path) -> Iterator[Postfix]:
    """That Postfix, which asks; it asks nobody any more afterwards."""
    found = parameters(example("postfix/policy.cf"))
    assert set(RESTRICTIONS) < set(found)
    postfix_instance.set(**found, mynetworks="127.0.0.0/32")
    yield postfix_instance
    postfix_instance.set(**dict.fromkeys(RESTRICTIONS, ""), mynetworks="127.0.0.0/8")


@pytest.fixture
def service(
    policy_postfix: Postfix, make_account: object, account: Account, program: Program, place: Path
) -> Iterator[Service]:
    """The service by its units, as the account."""
    folder = place / f"policy-{account.name}"
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY)
    places = {
        PROGRAM: program.command,
        "User=maildrop-policy": f"User={account.name}",
        "/etc/maildrop-py": folder,
    }
    unit = example("systemd/policy/maildrop-py-policy.service", places)
    queue = policy_postfix.folder / "queue"
    listener = example("systemd/policy/maildrop-py-policy.socket", {"/var/spool/postfix": queue})
    running = Service(unit, listener, folder / "service")
    running.start()
    yield running
    running.end()


class Session:
    """An SMTP session from elsewhere."""

    def __init__(self, postfix: Postfix, **client: str) -> None:
        self.smtp = smtplib.SMTP("127.0.0.1", postfix.port, timeout=60)
        told = CLIENT | client
        self.smtp.ehlo()
        code, said = self.smtp.docmd("XCLIENT", " ".join(f"{k}={v}" for k, v in told.items()))
        assert code == 220, said
        self.smtp.ehlo(told["HELO"])

    def rcpt(self, sender: str, *recipients: str) -> list[str]:
        """The replies to RCPT."""
        self.smtp.mail(sender)
        replies = [self.smtp.rcpt(recipient) for recipient in recipients]
        return [f"{code} {said.decode()}" for code, said in replies]

    def data(self) -> str:
        code, said = self.smtp.data("Subject: x\r\n\r\nhello\r\n")
        return f"{code} {said.decode()}"


def test_greylisting_as_a_client_sees_it(
    service: Service, policy_postfix: Postfix, account: Account
) -> None:
    recipient = f"{account.name}@{DOMAIN}"
    (said,) = Session(policy_postfix).rcpt("ann@grey.test", recipient)
    assert said.startswith("450 4.2.0 ") and "Greylisted, come again in 1 seconds" in said
    wait_until(
        lambda: Session(policy_postfix).rcpt("ann@grey.test", recipient)[0].startswith("250"),
        "it passes",
    )
    session = Session(policy_postfix)
    assert session.rcpt("ann@grey.test", recipient)[0].startswith("250")
    assert session.data().startswith("250")
    log = service.folder / "state/maildrop-py-policy/policy.jsonl"
    wait_until(lambda: '"outcome": "sent"' in log.read_text(), "what was sent counts")


def test_every_verdict_arrives_and_none_is_a_configuration_error(
    service: Service, policy_postfix: Postfix, account: Account
) -> None:
    one, other = f"{account.name}@{DOMAIN}", f"root@{DOMAIN}"
    waited = Session(policy_postfix).rcpt("ann@waits.test", one, other)
    assert [said[:3] for said in waited] == ["250", "250"]
    (refused,) = Session(policy_postfix, HELO="friend").rcpt("ann@a.test", one)
    assert refused.startswith("554 5.5.2 ") and "no, friend" in refused
    (deferred,) = Session(policy_postfix).rcpt("ann@later.test", one)
    assert deferred.startswith("450 4.7.1 ") and "come again" in deferred
    assert "Server configuration" not in policy_postfix.log()


def test_a_header_is_prepended_once(
    service: Service, policy_postfix: Postfix, account: Account
) -> None:
    session = Session(policy_postfix, NAME="[UNAVAILABLE]")
    recipients = f"{account.name}@{DOMAIN}", f"{account.name}+x@{DOMAIN}"
    assert [said[:3] for said in session.rcpt("ann@a.test", *recipients)] == ["250", "250"]
    said = session.data()
    queue_id = said.split()[-1]
    policy_postfix.outcome(queue_id)
    policy_postfix.outcome(queue_id, after=1)
    found = [path for path in account.home.rglob("*") if path.is_file()]
    found += [Path("/var/mail") / account.name]
    texts = [path.read_text(errors="replace") for path in found if path.exists()]
    messages = "".join(texts)
    assert messages.count("X-Policy: from 203.0.113.9") == messages.count("Subject: x")


def test_a_service_that_is_away_holds_up_no_mail(
    service: Service, policy_postfix: Postfix, account: Account
) -> None:
    recipient = f"{account.name}@{DOMAIN}"
    service.stop()
    service.close()
    session = Session(policy_postfix)
    assert session.rcpt("ann@grey.test", recipient)[0].startswith("250")
    assert session.data().startswith("250")
    service.start()
    assert Session(policy_postfix).rcpt("bob@grey.test", recipient)[0].startswith("450 4.2.0")


def test_a_worker_that_dies_is_started_anew(
    service: Service, policy_postfix: Postfix, account: Account
) -> None:
    recipient = f"{account.name}@{DOMAIN}"
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children")
    for pid in children.read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    said = Session(policy_postfix).rcpt("ann@grey.test", recipient)[0]
    assert said[:3] in ("450", "250")
    service.reload()
    assert Session(policy_postfix).rcpt("cid@grey.test", recipient)[0].startswith("450 4.2.0")
