"""`maildrop-py policy` behind a real Exim and a real OpenSMTPD, set up as examples/ say."""

from __future__ import annotations

import smtplib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example
from tests.support.end_to_end.opensmtpd import OpenSmtpd
from tests.support.end_to_end.other_servers import Server, Unpacked
from tests.support.end_to_end.overlaid import Overlaid
from tests.support.end_to_end.postfix import DOMAIN
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.requirements import need
from tests.support.policy_server import PolicyServer
from tests.support.waiting import wait_until

ELSEWHERE = "192.0.2.200"
"""An address that is no loopback one, for those never wait (RFC 5737)."""
POLICY = """\
rules:
  - {name: grey, when: {sender: '*@grey.test'}, then: {greylist: {delay: 2s}}}
  - {name: waits, when: {sender: '*@waits.test'}, then: {tarpit: 2s}}
  - {name: never, when: {sender: '*@never.test'}, then: {reject: 'not from {sender}'}}
  - {name: later, when: {sender: '*@later.test'}, then: {defer: 'come again'}}
"""


@dataclass
class Guarded:
    """A mail server that asks; `log` is where the policy writes."""

    server: Server
    log: Path

    def session(self, sender: str, recipient: str, whole: bool = False) -> str:
        """The reply to RCPT; the message is sent too if it is to be `whole`."""
        port, source = self.server.port, (ELSEWHERE, 0)
        with smtplib.SMTP("127.0.0.1", port, timeout=60, source_address=source) as smtp:
            smtp.ehlo("client.test")
            smtp.mail(sender)
            code, said = smtp.rcpt(recipient)
            if whole and code == 250:
                smtp.data(b"Subject: x\r\n\r\nhello\r\n")
            return f"{code} {said.decode()}"


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """That address is this machine's, for a while."""
    need("ip")
    subprocess.run(["ip", "address", "add", f"{ELSEWHERE}/32", "dev", "lo"], check=True)
    yield
    subprocess.run(["ip", "address", "del", f"{ELSEWHERE}/32", "dev", "lo"], check=True)


@pytest.fixture
def guarded(
    unpacked: Unpacked, account: Account, program: Program, place: Path, elsewhere: None
) -> Iterator[Guarded]:
    folder = place / f"guard-{account.name}"
    folder.mkdir(mode=0o755)
    view = Overlaid(place / f"view-policy-{account.name}", unpacked.root)
    if unpacked.name == "exim":
        policy = PolicyServer(folder, POLICY, "--offline", "--mode", "0666")
        places: dict[str, object] = {"/run/maildrop-py-policy.sock": policy.socket}
        log = policy.log_file
    else:
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "state").mkdir(mode=0o700)
        subprocess.run(["chown", account.name, folder / "state"], check=True)
        policy = None
        places = {
            PROGRAM: program.command,
            "/etc/maildrop-py": folder,
            "/var/lib/maildrop-py-policy": f"{folder}/state --offline",
            'user "maildrop-policy"': f'user "{account.name}"',
        }
        log = folder / "state/policy.jsonl"
    text = example(f"{unpacked.name}/policy.conf", {**places, "example.org": DOMAIN})
    if unpacked.name == "opensmtpd":
        text = text.replace("listen on lo\n", "").replace(
            'listen on lo port 2525 filter "maildrop-py"\n', "listen on lo\n"
        )
    server = unpacked.kind(view, text)
    if isinstance(server, OpenSmtpd):
        port = f"port {server.port}\n"
        server._config = server._config.replace(port, f'port {server.port} filter "maildrop-py"\n')
    try:
        server.start()
        yield Guarded(server, log)
    finally:
        server.stop()
        view.close()
        if policy is not None:
            policy.stop()


def test_verdicts_arrive(guarded: Guarded, account: Account) -> None:
    recipient = f"{account.name}@{DOMAIN}"
    said = guarded.session("ann@grey.test", recipient)
    assert said[0] == "4" and "4.2.0 Greylisted, come again in" in said, guarded.server.log()
    assert "not from ann@never.test" in guarded.session("ann@never.test", recipient)
    assert guarded.session("ann@never.test", recipient)[0] == "5"
    assert "come again" in guarded.session("ann@later.test", recipient)
    assert guarded.session("ann@waits.test", recipient)[0] == "2"
    assert guarded.session("ann@a.test", recipient)[0] == "2"


def test_who_comes_again_passes_and_what_was_sent_counts(
    guarded: Guarded, account: Account
) -> None:
    recipient = f"{account.name}@{DOMAIN}"
    assert guarded.session("ann@grey.test", recipient)[0] == "4"
    wait_until(
        lambda: guarded.session("ann@grey.test", recipient, whole=True)[0] == "2", "it passes"
    )
    wait_until(lambda: '"outcome": "sent"' in guarded.log.read_text(), "it counts")
