"""One can see why: where it listens, and the reason of every temporary failure."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.lmtp.reply import Reply
from maildrop_py.serve import server_log
from maildrop_py.serve.server_log import ServerLog
from tests.lmtp.conftest import Talk, wait_until
from tests.serve.conftest import Server, mail

ANNA = "anna@example.org"


def test_it_says_where_it_listens(server: Server) -> None:
    server.start()
    wait_until(lambda: f"listening on {server.socket}" in server.errors)


def test_a_reason_at_rcpt_is_for_the_client_and_the_log(server: Server) -> None:
    server.start("--log-to=stderr")
    shutil.rmtree(server.folder / "users")
    (reply,) = server.hand_over(mail("x"), ANNA)
    reason = f"{server.folder}/users: No such file or directory"
    assert reply.startswith("451 4.3.0 ") and reason in reply
    assert f"<{ANNA}> deferred: 451 4.3.0 {reason}" in server.errors


def test_a_reason_after_the_message_is_for_the_client_and_the_log(server: Server) -> None:
    server.write_rules("rules: [{then: {file: Hello}}]")
    (server.folder / "users/anna/.Hello").write_text("not a directory")
    server.start("--log-to=stderr")
    (reply,) = server.hand_over(mail("x"), ANNA)
    assert reply.startswith("451 4.3.0 ") and ".Hello" in reply
    wait_until(lambda: f"<{ANNA}> deferred: 451 4.3.0 " in server.errors)
    assert ".Hello" in server.errors


def test_a_users_file_that_goes_away_later_is_named(server: Server) -> None:
    (server.folder / "nowhere").write_text("")
    server.start("--log-to=stderr", f"--users={server.folder}/nowhere")
    (server.folder / "nowhere").unlink()
    (reply,) = server.hand_over(mail("x"), ANNA)
    assert reply.startswith("451 ") and f"{server.folder}/nowhere: No such file" in reply


def test_a_limit_that_is_reached_is_written_with_who_reached_it(server: Server) -> None:
    server.start("--log-to=stderr", "--message-size=1")
    (reply,) = server.hand_over(mail("x", b"y" * 70 + b"\n") + b"z" * 2_000_000 + b"\n", ANNA)
    assert reply.startswith("552 ")
    assert "a message of more than 1048576 bytes, from <a@example.net>" in server.errors


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be seen as another uid")
def test_a_local_user_does_not_get_all_sessions_and_the_mail_server_may(
    server: Server, place: Path
) -> None:
    """The mail server owns the socket."""
    socket = place / "lmtp"
    server.start("--log-to=stderr", "--sessions=8", "--sessions-per-uid=3", f"--listen={socket}")
    wait_until(lambda: str(socket) in server.errors)
    socket.chmod(0o666)
    assert connect_as(54321, str(socket), 5) == ["220"] * 3 + ["421"] * 2
    assert "uid 54321 has 3 sessions" in server.errors
    wait_until(lambda: connect_as(54321, str(socket), 1) == ["220"])
    os.chown(socket, 54321, -1)
    wait_until(lambda: connect_as(54321, str(socket), 5) == ["220"] * 5)


def connect_as(uid: int, path: str, count: int) -> list[str]:
    """The codes that so many sessions of a user begin with, all open at the same time."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setuid(uid)
            talks = [Talk(path) for _ in range(count)]
            codes = [talk.reply()[:3] for talk in talks]
            os.write(writer, " ".join(codes).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as output:
        codes = output.read().split()
    os.waitpid(pid, 0)
    return codes


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that other users may enter."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_client_that_says_nothing_is_let_go_early(server: Server) -> None:
    server.start("--greeting-time=1", "--idle=600")
    silent = Talk(server.socket)
    assert silent.reply().startswith("220 ")
    assert silent.reply().startswith("421 4.4.2 ")


def test_who_is_not_known_here_and_signals_are_in_the_log(server: Server) -> None:
    server.start("--log-to=stderr")
    (reply,) = server.hand_over(mail("x"), "nobody@example.com")
    assert reply.startswith("550 5.1.1 ")
    assert "<nobody@example.com> refused: 550 5.1.1 " in server.errors
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reads users and rules again" in server.errors)
    server.stop()
    assert "ends after the messages that have begun" in server.errors


def test_places_to_write_to(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written: list[str] = []
    monkeypatch.setattr(server_log.syslog, "syslog", lambda priority, text: written.append(text))
    deferred = Reply(451, "4.3.0", "why\x1b[31m")
    monkeypatch.setattr(server_log, "DEV_LOG", str(tmp_path / "none"))
    ServerLog("auto", {}).not_delivered("a@b", deferred)
    assert capfd.readouterr().err == "maildrop-py: <a@b> deferred: 451 4.3.0 why?[31m\n"
    assert written == [], "there is no syslog"
    monkeypatch.setattr(server_log, "DEV_LOG", str(tmp_path))
    ServerLog("auto", {}).not_delivered("a@b", deferred)
    assert capfd.readouterr().err == "" and len(written) == 1
    found = os.fstat(2)
    ServerLog("auto", {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}).warning("x")
    assert capfd.readouterr().err == "<4>x\n" and len(written) == 1
    ServerLog("both", {}).info("y")
    assert capfd.readouterr().err == "maildrop-py: y\n" and written[1:] == ["y"]


def test_the_same_line_is_not_written_again_and_again(capfd: pytest.CaptureFixture[str]) -> None:
    log = ServerLog("stderr", {})
    for _ in range(3):
        log.warning("full")
    log.not_delivered("a@b", Reply(250, "2.0.0", "fine"))
    assert capfd.readouterr().err == "maildrop-py: full\n"
