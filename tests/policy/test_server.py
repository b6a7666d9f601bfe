"""The real server on a real socket."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.policy_server import Asking, PolicyServer
from tests.support.waiting import wait_until

GREY = "rules: [{name: all, then: {greylist: {delay: 5min}}}]\n"
Make = Callable[..., PolicyServer]


@pytest.fixture
def make(place: Path) -> Iterator[Make]:
    """Starts a server with this policy and these options."""
    servers: list[PolicyServer] = []

    def made(policy: str = GREY, *options: str) -> PolicyServer:
        folder = place / str(len(servers))
        folder.mkdir()
        servers.append(PolicyServer(folder, policy, "--offline", *options))
        return servers[-1]

    yield made
    for server in servers:
        server.stop()


def test_many_requests_on_one_connection(make: Make) -> None:
    asking = Asking(make().socket)
    first = asking.ask()
    assert first == "DEFER_IF_PERMIT 4.2.0 Greylisted, come again in 300 seconds"
    assert asking.ask(protocol_state="DATA") == "DUNNO"
    for number in range(50):
        asking.send(sender=f"{'x' * number}@a.example", recipient="b@c")
    assert [asking.answer().split()[0] for _ in range(50)] == ["DEFER_IF_PERMIT"] * 50


def test_two_processes_remember_the_same(make: Make) -> None:
    server = make(GREY, "--workers", "2")
    assert len(server.workers()) == 2
    said = {server.ask().split()[0] for _ in range(20)}
    assert said == {"DEFER_IF_PERMIT"}
    firsts = {int(server.ask().split()[-2]) for _ in range(20)}
    assert max(firsts) <= 300


def test_what_is_remembered_outlives_a_kill(make: Make) -> None:
    server = make("rules: [{then: {greylist: {delay: 1s}}}]")
    assert server.ask().startswith("DEFER")
    server.kill()
    server.start()
    wait_until(lambda: server.ask() == "DUNNO", "it passes")


def test_a_changed_policy_is_read_anew_and_a_broken_one_is_not(make: Make) -> None:
    server = make()
    server.policy.write_text("rules: [{then: {accept: never}}]")
    os.kill(server.workers()[0], signal.SIGHUP)
    wait_until(lambda: "going on with the last" in server.errors.read_text(), "it says so")
    assert server.ask().startswith("DEFER")
    server.policy.write_text("rules: [{then: {reject: all new}}]")
    wait_until(lambda: server.ask() == "REJECT 5.7.1 all new", "it is read")


def test_garbage_costs_the_connection_and_nobody_else(make: Make) -> None:
    server = make()
    good = Asking(server.socket)
    for garbage in (b"GET / HTTP/1.1\r\n\n\n", b"x" * 70000, b"\0\n\n"):
        bad = Asking(server.socket)
        bad.socket.sendall(garbage)
        assert bad.answer() == ""
    assert good.ask().startswith("DEFER")


def test_answers_that_nobody_takes_hold_nobody_up(make: Make) -> None:
    server = make()
    deaf = Asking(server.socket)
    deaf.socket.setblocking(False)
    try:
        for _ in range(5000):
            deaf.send()
    except BlockingIOError:
        pass
    assert server.ask().startswith("DEFER")


def test_a_stop_answers_what_is_owed(make: Make) -> None:
    server = make()
    asking = Asking(server.socket)
    assert asking.ask().startswith("DEFER")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert asking.answer() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which it gives up")
def test_started_as_root_it_becomes_somebody_else(make: Make) -> None:
    server = make()
    for pid in (server.process.pid, *server.workers()):
        uids = Path(f"/proc/{pid}/status").read_text().split("Uid:")[1].split()[:4]
        assert "0" not in uids
    server.ask()
    wait_until(server.log_file.exists, "it is written")
    assert server.state.stat().st_uid == server.log_file.stat().st_uid != 0


def test_without_a_usable_policy_it_does_not_start(place: Path) -> None:
    server = PolicyServer(place, "rules: [{when: {subject: x}}]", start=False)
    with pytest.raises(AssertionError, match="before that has come"):
        server.start()


def test_a_socket_of_the_service_manager_is_used(place: Path) -> None:
    """Socket activation and readiness, as systemd does it (sd_listen_fds(3), sd_notify(3))."""
    import subprocess
    import sys

    policy = place / "policy.yaml"
    policy.write_text(GREY)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(place / "notify"))
    notify.settimeout(20)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place / "given"))
    listener.listen()
    (place / "notify").chmod(0o777)
    script = 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
    command = [sys.executable, "-m", "maildrop_py", "policy", "--policy", str(policy)]
    command += ["--state", str(place / "state"), "--offline"]
    command += ["--user", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        ["bash", "-c", script, str(listener.fileno()), *command],
        env=os.environ | {"NOTIFY_SOCKET": str(place / "notify")},
        pass_fds=[listener.fileno()],
    )
    try:
        assert b"READY=1" in notify.recv(1000)
        assert Asking(place / "given").ask().startswith("DEFER")
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_each_decision_is_one_line_of_the_log(make: Make) -> None:
    server = make("rules: [{name: s, when: {s25r: true}, then: {greylist: true, score: 1}}]")
    server.ask(helo_name="friend", instance="1.2.3.0")
    server.ask(client_name="mail.example.net", sasl_username="ann\n{}")
    wait_until(lambda: len(server.log()) == 2, "both are written")
    first, second = server.log()
    assert first["client_address"] == "203.0.113.9" and first["helo_name"] == "friend"
    assert (first["rule"], first["outcome"], first["left"]) == ("s", "new", 300)
    assert first["why"] == ["s: the client's name looks like an end user's line (S25R)"]
    assert second["rule"] is None and second["action"] == "DUNNO"
    assert second["evidence"] == {}


def test_the_log_says_where_clients_are(make: Make, place: Path) -> None:
    from maildrop_py.evidence.country_table import Collected

    collected = Collected()
    collected.read(
        [
            "2|test|20991231|1|19830705|20991231|+0000",
            "test|BR|ipv4|203.0.113.0|256|2020|allocated",
        ],
        "test",
    )
    table = place / "countries"
    table.write_bytes(collected.built().data)
    server = make(f"countries: {table}\n{GREY}")
    server.ask()
    wait_until(server.log_file.exists, "it is written")
    assert server.log()[0]["evidence"] == {"country": "br"}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which it gives up")
def test_a_directory_of_root_is_not_given_away(place: Path) -> None:
    server = PolicyServer(place, GREY, "--offline", start=False)
    server.state.mkdir(0o755)
    with pytest.raises(AssertionError, match="does not belong to the user"):
        server.start()
    assert server.state.stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which it gives up")
def test_a_policy_that_the_server_may_not_read_is_said_so_at_the_start(place: Path) -> None:
    server = PolicyServer(place, GREY, "--offline", start=False)
    server.policy.chmod(0o600)
    with pytest.raises(AssertionError, match="Permission denied"):
        server.start()
