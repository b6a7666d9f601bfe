"""The systemd units of examples/: readiness, watchdog, reload, and sockets that stay open; and
`serve` without them."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import FOLDER, filled
from tests.support.end_to_end.mails import message
from tests.support.end_to_end.postfix import DOMAIN, Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.serving import Site
from tests.support.waiting import wait_until

LOUD = "rules: [{name: all, then: {file: Loud}}]\n"


def test_mail_waits_at_the_socket_while_the_service_is_started_anew(
    site: Site, lmtp_postfix: Postfix
) -> None:
    site.service.stop()
    queue_id = lmtp_postfix.submit(site.address("anna"), message("Lunch?"))
    site.service.start()
    assert lmtp_postfix.outcome(queue_id)[0] == "sent"
    assert site.folders("anna") == {"": 1}


def test_the_manager_is_told_of_reload_life_and_end(site: Site, lmtp_postfix: Postfix) -> None:
    site.service.wait_for("WATCHDOG=1")
    site.write_rules("anna", LOUD)
    site.service.reload()
    lmtp_postfix.deliver(site.address("anna"), message("Lunch?"))
    assert site.folders("anna") == {".Loud": 1}
    site.service.stop()
    site.service.wait_for("STOPPING=1")


def test_a_session_is_finished_though_the_service_is_told_to_stop(site: Site) -> None:
    with lmtp(site.service.path) as client:
        client.docmd("LHLO", "client.test")
        client.mail("anna@sender.test")
        client.rcpt(site.address("anna"))
        site.service.ask_to_stop()
        site.service.wait_for("STOPPING=1")
        assert client.data(message("Lunch?"))[0] == 250
        assert client.getreply()[0] == 421
    site.service.stop()
    assert site.folders("anna") == {"": 1}


def test_workers_that_die_are_replaced(site: Site, lmtp_postfix: Postfix) -> None:
    for pid in children(site.service.pid):
        os.kill(pid, signal.SIGKILL)
    queue_id = lmtp_postfix.submit(site.address("anna"), message("Lunch?"))
    wait_until(lambda: lmtp_postfix.outcomes(queue_id), "an outcome")
    lmtp_postfix.flush()
    wait_until(lambda: site.folders("anna") == {"": 1}, "the message")


@pytest.mark.parametrize("site", ["system"], indirect=True)
def test_the_one_who_is_root_cannot_do_what_root_can(site: Site) -> None:
    """SETUID, SETGID and KILL are the capabilities 7, 6 and 5."""
    status = Path(f"/proc/{site.service.pid}/status").read_text()
    assert int(status.partition("CapBnd:")[2].split()[0], 16) == 0b11100000
    users = {Path(f"/proc/{pid}").stat().st_uid for pid in children(site.service.pid)}
    assert len(users) == 2  # the workers', and root's, the supervisor and the spawner


def test_the_commands_of_the_examples(
    lmtp_postfix: Postfix, account: Account, program: Program
) -> None:
    readme = (FOLDER / "README.md").read_text()
    [commands] = re.findall(r"^```sh\n(maildrop-py serve.*?)^```$", readme, re.M | re.S)
    queue = str(lmtp_postfix.folder / "queue")
    commands = filled(commands, {"/var/spool/postfix": queue})
    # the server leads a session of its own: it is ended by itself, and not with the script
    script = f"set -e\n{commands}\ntrap 'kill $!' TERM\nwait || wait"
    with as_root(script, program, lmtp_postfix):
        wait_until((lmtp_postfix.folder / "queue/private/maildrop-py").exists, "the socket")
        lmtp_postfix.deliver(f"{account.name}@{DOMAIN}", message("Lunch?"))
        assert account.folders() == {"": 1}


def test_a_server_that_gave_up_root_leaves_its_socket_to_the_next(
    lmtp_postfix: Postfix, account: Account, program: Program
) -> None:
    path = lmtp_postfix.folder / "queue/private/maildrop-py"
    maildirs = account.folder(account.home / "mail/example.org/anna").parents[1]
    options = f"--user {account.name} --maildir {maildirs}/{{domain}}/{{user}}"
    command = f"exec maildrop-py serve --listen {path} --owner postfix {options}"
    for _ in range(2):
        with as_root(command, program, lmtp_postfix) as server:
            wait_until(lambda: listens(path), "it listens")
            lmtp_postfix.deliver("anna@example.org", message("Lunch?"))
            server.terminate()
            assert server.wait(60) == 0
    path.unlink()
    log = account.home / ".local/state/maildrop-py/users/example.org/anna/deliveries.jsonl"
    assert len(log.read_text().splitlines()) == 2


@contextmanager
def as_root(script: str, program: Program, postfix: Postfix) -> Iterator[subprocess.Popen[bytes]]:
    """Run a shell script while the context lasts."""
    environment = {
        "PATH": f"{program.folder}/bin:/usr/sbin:/usr/bin:/bin",
        "MAIL_CONFIG": str(postfix.config),
        "HOME": str(program.folder),
    }
    command = ["bash", "-c", script]
    server = subprocess.Popen(command, cwd="/", env=environment, start_new_session=True)
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
        wait_until(lambda: not is_alive(server.pid), "what the script started to end")


def is_alive(group: int) -> bool:
    """Whether there is any process of this process group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def lmtp(path: Path) -> smtplib.SMTP:
    """A client that has been greeted."""
    client = smtplib.SMTP()
    client.sock = socket.socket(socket.AF_UNIX)
    client.sock.settimeout(60)
    client.sock.connect(str(path))
    client.file = None
    assert client.getreply()[0] == 220
    return client


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
