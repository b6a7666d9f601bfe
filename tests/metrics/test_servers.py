"""`serve --metrics` and `policy --metrics`: real servers, asked by HTTP, read by Prometheus."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from maildrop_py.cli.app import app
from maildrop_py.errors import UsageError
from maildrop_py.metrics.client import ask
from maildrop_py.metrics.exporter import export, metrics_listener
from maildrop_py.serve.metrics import serve_counters
from tests.support.policy_server import Asking, PolicyServer
from tests.support.serving.homes import Homes
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server
from tests.support.waiting import wait_until

RULES = """\
rules:
  - {name: 'odd "rule"', when: {subject: odd}, then: {file: Odd}}
  - {name: refused, when: {subject: no}, then: {reject: we want none}}
"""
POLICY = """\
rules:
  - {name: bad helo, when: {helo: no_dot}, then: {reject: say who you are}}
  - {name: listed, when: {dnsbl: {zone: bl.example}}, then: {reject: it is listed}}
"""


def fetched(place: Path | int) -> str:
    """The text that a server tells."""
    if isinstance(place, int):
        connection = http.client.HTTPConnection("127.0.0.1", place, timeout=10)
    else:
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(place))
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    assert response.status == 200
    assert response.getheader("Content-Type", "").startswith("application/openmetrics-text")
    return response.read().decode()


def values_of(text: str) -> dict[tuple[str, str], float]:
    """As Prometheus' own parser reads it, which is strict."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            label = next(iter(sample.labels.values()), "")
            found[sample.name.removeprefix("maildrop_py_"), label] = sample.value
    return found


def talk(place: Path, *messages: str) -> None:
    """Deliver messages with these subjects over LMTP."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(place))
    lines = client.makefile("rwb")
    lines.readline()
    lines.write(b"LHLO client.example\r\n")
    lines.flush()
    while lines.readline()[3:4] == b"-":
        pass
    for subject in messages:
        for command in ("MAIL FROM:<a@b.example>", "RCPT TO:<me@example.com>", "DATA"):
            lines.write(f"{command}\r\n".encode())
            lines.flush()
            lines.readline()
        lines.write(f"Subject: {subject}\r\n\r\nx\r\n.\r\n".encode())
        lines.flush()
        lines.readline()
    client.close()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's own account may enter."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def serve_command(place: Path, *more: str) -> list[str]:
    rules = place / "rules.yaml"
    rules.write_text(RULES)
    options = ["--maildir", f"{place}/mail/{{user}}", "--create", "--rules", str(rules)]
    options += ["--state", f"{place}/state/{{user}}", *more]
    (place / "mail").mkdir()
    (place / "state").mkdir()
    if os.geteuid() == 0:
        for folder in ("mail", "state"):
            os.chown(place / folder, 65534, 65534)
        options += ["--user", "nobody"]
    return [sys.executable, "-m", "maildrop_py", "serve", *options]


def test_serve_tells_what_it_did(place: Path) -> None:
    metrics = place / "metrics"
    with Server(serve_command(place, "--metrics", str(metrics)), place) as server:
        talk(server.socket, "odd", "odd", "plain", "no")
        found = values_of(fetched(metrics))
        assert found["messages_total", "delivered"] == 3
        assert found["messages_total", "refused"] == 1
        assert found["rules_fired_total", 'odd "rule"'] == 2
        assert found["rules_fired_total", "(no rule)"] == 1
        assert found["delivery_seconds_bucket", "+Inf"] == 4
        wait_until(lambda: ask(str(metrics)), "it answers again")
        shown = CliRunner().invoke(app, ["top", "--once", str(metrics)])
        assert shown.exit_code == 0
        assert "Messages by result" in shown.output
        assert 'odd "rule"' in shown.output


def test_who_asks_for_something_else_is_told(place: Path) -> None:
    metrics = place / "metrics"
    with Server(serve_command(place, "--metrics", str(metrics)), place):
        for request, status in (("GET /secret", "404"), ("POST /metrics", "405"), ("\x00", "405")):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(metrics))
                client.sendall(f"{request} HTTP/1.0\r\n\r\n".encode())
                assert client.makefile().readline().split()[1] == status
        with socket.socket(socket.AF_UNIX) as silent:  # and is not waited for for long
            silent.connect(str(metrics))
            assert "# EOF" in fetched(metrics)


def test_policy_tells_what_it_answered(place: Path) -> None:
    metrics = place / "metrics"
    server = PolicyServer(place, POLICY, "--offline", "--metrics", str(metrics))
    try:
        asking = Asking(server.socket)
        assert asking.ask(helo_name="friend").startswith("REJECT")
        assert asking.ask(helo_name="mail.example.org") == "DUNNO"
        found = values_of(fetched(metrics))
        assert found["policy_actions_total", "reject"] == 1
        assert found["policy_actions_total", "pass"] == 1
        assert found["policy_rules_fired_total", "bad helo"] == 1
        assert found["policy_evidence_unknown_total", "dnsbl"] == 1, "no DNS was asked"
        asking.close()
    finally:
        server.stop()


def test_it_listens_on_this_machine_alone() -> None:
    with pytest.raises(UsageError, match=r"--metrics 192\.0\.2\.1:9: metrics are for loopback"):
        metrics_listener("192.0.2.1:9")
    with pytest.raises(UsageError, match="not an absolute path"):
        metrics_listener("metrics")


def test_top_says_where_nobody_answers(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["top", str(tmp_path / "nothing")])
    assert result.exit_code == 1
    assert "No such file" in result.stderr


def test_a_worker_that_is_killed_loses_no_count_and_its_successor_goes_on(place: Path) -> None:
    metrics = place / "metrics"
    with Server(serve_command(place, "--metrics", str(metrics)), place) as server:
        talk(server.socket, "odd", "plain")
        worker = server.children[0]
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(server.socket))
            client.recv(200)
            wait_until(lambda: counted(metrics)["sessions", ""] == 1, "the session is counted")
            os.kill(worker, signal.SIGKILL)
            wait_until(lambda: worker not in server.children, "it is gone")
            assert client.recv(1) == b"", "it had this session"
        wait_until(lambda: counted(metrics)["sessions", ""] == 0, "it has no sessions any more")
        assert counted(metrics)["messages_total", "delivered"] == 2
        talk(server.socket, "odd")
        assert counted(metrics)["messages_total", "delivered"] == 3
        assert counted(metrics)["rules_fired_total", 'odd "rule"'] == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to deliver as a user")
def test_where_users_own_processes_deliver_they_are_counted_and_cannot_count(place: Path) -> None:
    """A user's rules and their names are no part of it: whatever they are, nothing changes."""
    homes = Homes(place / "homes", ["anna"], own_uids=True)
    homes.make()
    rules = place / "homes/anna/rules.yaml"
    rules.write_text('rules: [{name: "x\\n# EOF", when: {subject: odd}, then: {file: Odd}}]\n')
    rules.chmod(0o600)
    homes.give_away()
    homes.write_users(place / "users")
    metrics = place / "metrics"
    whose = ["--users", str(place / "users"), "--rules", "{home}/rules.yaml", "--log", "none"]
    command = [sys.executable, "-m", "maildrop_py", "serve", *whose, "--metrics", str(metrics)]
    with Server(command, place, as_root=True) as server:
        answers = hand_over(server.socket, b"Subject: odd\n\nx\n", ["anna@mx.example"])
        assert set(answers.values()) == {Answer.DONE}
        found = counted(metrics)
        assert found["messages_total", "delivered"] == 1
        assert found["delivery_seconds_count", ""] == 1
        assert [name for name, _ in found if name.startswith("rules_fired")] == []
        wait_until(
            lambda: counted(metrics)["recipient_processes", ""] == 1, "anna's process is counted"
        )


def counted(place: Path) -> dict[tuple[str, str], float]:
    return values_of(fetched(place))


def test_silent_clients_hold_up_nobody_who_asks() -> None:
    """One after the other, each until its time was over, they held up Prometheus for minutes."""
    listener = metrics_listener("127.0.0.1:0")
    port = listener.socket.getsockname()[1]
    pid = os.fork()
    if pid == 0:
        try:
            export(listener, serve_counters(1), lambda: None)
        finally:
            os._exit(1)
    try:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        assert "# EOF" in fetched(port)
        silent[-1].setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody had to wait for its time to be over
            silent[-1].recv(1)
        for one in silent:
            one.close()
        assert "# EOF" in fetched(port)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
