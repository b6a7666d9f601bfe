"""The policy service in trouble: never a deferral without end, never mail refused by ourselves.

Whatever happens, a client that comes again as it was told passes in the end, every answer
is one that Postfix understands, and whoever asks is answered or sees the connection closed.
"""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from maildrop_py.policy.sqlite_memory import SqliteMemory
from tests.support.policy import Clock, Mail
from tests.support.policy_server import Asking, PolicyServer
from tests.support.waiting import wait_until

SHORT = "rules: [{then: {greylist: {delay: 1s}}}]\n"
TOLD = re.compile(r"DUNNO|DEFER_IF_PERMIT 4\.2\.0 Greylisted, come again in \d+ seconds")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it mounts file systems")


@pytest.fixture
def server(place: Path) -> Iterator[PolicyServer]:
    running = PolicyServer(place, SHORT, "--offline")
    yield running
    running.stop()


def passes(server: PolicyServer, sender: str) -> bool:
    """Whether a client with this sender passes at last, however it comes to that."""

    def tried() -> bool:
        with suppress(OSError):
            said = server.ask(sender=sender)
            assert said == "" or TOLD.fullmatch(said), said
            return said == "DUNNO"
        return False

    return wait_until(tried, f"{sender} passes")


def test_kills_at_any_time_lose_nothing_that_was_told(server: PolicyServer) -> None:
    dice = random.Random(15)
    told: list[str] = []
    for number in range(6):  # the supervisor waits longer each time
        sender = f"{'x' * number}@a.example"
        try:
            asking = Asking(server.socket)
            asking.send(sender=sender)
            time.sleep(dice.random() / 200)
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
            if asking.answer().startswith("DEFER"):
                told.append(sender)
        except OSError:
            continue
    server.wait()
    assert told, "some were told before the kill"
    memory = SqliteMemory(str(server.state / "greylist.sqlite"))
    if os.geteuid() != 0:
        assert memory.count() >= len(told)
    time.sleep(1.1)  # the delay
    for sender in told:
        assert server.ask(sender=sender) == "DUNNO", "what was told was stored"


def test_the_supervisor_killed_leaves_nobody_behind(server: PolicyServer) -> None:
    workers = server.workers()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    wait_until(lambda: not any(map(_runs, workers)), "they have gone")
    server.start()
    assert TOLD.fullmatch(server.ask())


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    except OSError:
        return False


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    """A file system of 300 KiB at `place`, anybody's."""
    options = "size=300k,mode=1777"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@AS_ROOT
def test_a_full_disk_holds_nobody_back_for_ever(place: Path) -> None:
    disk = place / "disk"
    disk.mkdir()
    with mounted(disk):
        server = PolicyServer(place, SHORT, "--offline", "--state", str(disk / "state"))
        try:
            assert server.ask(sender="before@a.example").startswith("DEFER")
            with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(4096))
            asking = Asking(server.socket)
            said = {asking.ask(sender=f"{'y' * n}@a.example") for n in range(1, 200)}
            assert "DUNNO" in said and all(map(TOLD.fullmatch, said))
            assert passes(server, "before@a.example")
            (disk / "filler").unlink()
            wait_until(
                lambda: server.ask(sender=f"{time.time()}@b").startswith("DEFER"), "it stores again"
            )
        finally:
            server.stop()


def test_a_store_that_goes_away_holds_nobody_up(server: PolicyServer) -> None:
    assert server.ask().startswith("DEFER")
    (server.state / "greylist.sqlite").unlink()
    assert passes(server, "ann@example.net")


def test_a_store_that_others_lock_holds_nobody_up(server: PolicyServer) -> None:
    import sqlite3

    assert server.ask().startswith("DEFER")
    other = sqlite3.connect(server.state / "greylist.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert server.ask(sender="new@a.example") == "DUNNO", "it cannot be stored, so it passes"
    other.execute("ROLLBACK")
    assert server.ask(sender="newer@a.example").startswith("DEFER")


@pytest.mark.parametrize("back", [1, 3600, 86400, 400 * 86400])
@pytest.mark.parametrize("plan", ["greylist: true", "tarpit: {wait: 9s, or_greylist: true}"])
def test_a_clock_that_goes_back_ends_no_mail(back: int, plan: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    memory, clock = SqliteMemory(str(tmp_path / "g")), Clock()
    mail = Mail(f"rules: [{{then: {{{plan}}}}}]", memory, clock)
    mail.send(leaves=True)
    clock.now -= back
    said = mail.send(leaves=True)
    for _ in range(3):
        found = re.search(r"in (\d+) seconds", said)
        clock.now += int(found[1]) if found else 1300
        said = mail.send()
    assert said in ("DUNNO", "SLEEP 9")


def test_garbage_of_any_kind_costs_its_own_connection(server: PolicyServer) -> None:
    dice = random.Random(2)
    good = Asking(server.socket)
    start = b"request=smtpd_access_policy\nprotocol_state=RCPT\n"
    for number in range(300):
        bad = Asking(server.socket)
        data = dice.randbytes(dice.choice([1, 20, 400, 5000]))
        head = start if number % 2 else b""
        with suppress(OSError):
            bad.socket.sendall(head + data.replace(b"\0", b"=") + b"\n\n")
        if number % 3 == 0:
            with suppress(AssertionError, TimeoutError):
                bad.socket.settimeout(0.2)
                said = bad.answer()
                assert said in ("", "DUNNO") or TOLD.fullmatch(said)
        bad.socket.close()
        if number % 50 == 0:
            assert TOLD.fullmatch(good.ask(sender=f"{'z' * number}@a.example"))
    assert TOLD.fullmatch(good.ask())


def test_hostile_attributes_are_answered_like_any(server: PolicyServer) -> None:
    asking = Asking(server.socket)
    for value in ("x" * 5000, "ü" * 100, "=", "a@b@c", "'; DROP TABLE kept; --", "%00", "‮"):
        told = dict.fromkeys(
            ("client_address", "client_name", "helo_name", "sender", "recipient", "instance"), value
        )
        assert TOLD.fullmatch(asking.ask(**told))


def test_five_thousand_idle_connections(server: PolicyServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 6000:
        pytest.skip("this machine allows no 5000 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    idle: list[Asking] = []
    try:
        for _ in range(5000):
            idle.append(Asking(server.socket))
        assert TOLD.fullmatch(server.ask())
        assert TOLD.fullmatch(idle[-1].ask()) and TOLD.fullmatch(idle[0].ask())
    finally:
        for one in idle:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_who_takes_all_descriptors_keeps_no_mail_server_out(server: PolicyServer) -> None:
    server.stop()
    server.through = ("prlimit", "--nofile=60:60")
    server.start()
    idle = [Asking(server.socket) for _ in range(200 * len(server.workers()))]
    assert TOLD.fullmatch(server.ask())
    assert "all places or descriptors were taken" in server.errors.read_text()
    for one in idle:
        one.close()


def test_garbage_without_end_fills_no_log(server: PolicyServer) -> None:
    for _ in range(60):
        bad = Asking(server.socket)
        bad.socket.sendall(b"garbage\n\n")
        assert bad.answer() == ""
        bad.close()
    assert 1 <= server.errors.read_text().count("a client is closed") <= len(server.workers())


def test_a_dns_that_is_silent_holds_up_only_whoever_needs_it(place: Path) -> None:
    policy = """
dns: {timeout: 2, nameservers: ["127.0.0.1:9"]}
rules:
  - {when: {sender: '*@asks.test', spf: fail}, then: {reject: forged}}
  - {when: {sender: '*@asks.test'}, then: {defer: asked}}
"""
    server = PolicyServer(place, policy)
    try:
        slow = [Asking(server.socket) for _ in range(40)]
        for one in slow:
            one.send(sender="ann@asks.test", client_name="mail.example.net")
        others: list[str] = []
        thread = threading.Thread(target=lambda: others.append(server.ask()))
        thread.start()
        thread.join(20)
        assert others == ["DUNNO"]
        assert {one.answer() for one in slow} == {"DEFER_IF_PERMIT 4.7.1 asked"}
    finally:
        server.stop()
