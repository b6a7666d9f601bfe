"""The native hook: what it hands over, what it does without a server, and its statuses."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maildrop_py.hook.native import compiled
from maildrop_py.intake import server_environment
from maildrop_py.serve.hand_over_process import Request, read_request
from tests.faults.snapshot import open_folder
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "maildrop_py/hook/maildrop-py-deliver.c"
MAIL = b"Subject: hello\n\nbody\n"

Talk = Callable[[socket.socket], None]


class Hook:
    """The compiled hook, beside a script that stands for `maildrop-py`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "bin/maildrop-py-deliver"
        self.command = folder / "bin/maildrop-py"
        self.socket = folder / "run/maildrop-py/deliver"
        self.environ = {"XDG_RUNTIME_DIR": str(folder / "run"), "HOME": str(folder)}

    def stands_for(self, script: str) -> None:
        """What `maildrop-py deliver` does."""
        self.command.write_text(f"#!/bin/sh\n{script}\n")
        self.command.chmod(0o755)

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.program), *arguments]
        surroundings = {**self.environ, **environ}
        return subprocess.run(
            command, input=MAIL, capture_output=True, env=surroundings, check=False, timeout=60
        )

    def serve(self, talk: Talk) -> threading.Thread:
        """A server that talks so with one client."""
        self.socket.parent.mkdir(parents=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(str(self.socket))
        listener.listen()

        def take() -> None:
            connection, _ = listener.accept()
            with connection, listener:
                talk(connection)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        return thread


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("hook") / "maildrop-py-deliver"
    if not compiled(SOURCE, str(program)):
        pytest.skip("needs a C compiler")
    return program


@pytest.fixture
def hook(binary: Path) -> Iterator[Hook]:
    with open_folder() as folder:
        (folder / "bin").mkdir()
        shutil.copy(binary, folder / "bin")
        hook = Hook(folder)
        hook.stands_for('cat > "$HOME/got"; echo "$@" > "$HOME/arguments"')
        yield hook


def answering(status: bytes, requests: list[Request], mail: list[bytes]) -> Talk:
    """Takes the message, and answers with `status`."""

    def talk(connection: socket.socket) -> None:
        data, descriptors, _, _ = socket.recv_fds(connection, 65536, 2)
        requests.append(read_request(data))
        connection.send(b"T")
        with open(descriptors[0], "rb") as message:
            mail.append(message.read())
        os.close(descriptors[1])
        connection.send(status)

    return talk


@pytest.mark.parametrize("status", [0, 75, 77])
def test_a_server_that_runs_gets_the_message_and_gives_the_status(hook: Hook, status: int) -> None:
    requests: list[Request] = []
    mail: list[bytes] = []
    hook.serve(answering(bytes([status]), requests, mail))
    done = hook.run("--recipient", "ann@example.org", SENDER="bob@example.org", SECRET="x")
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")
    assert mail == [MAIL]
    [request] = requests
    assert request.arguments == ["--recipient", "ann@example.org"]
    assert request.environ == {"HOME": str(hook.folder), "SENDER": "bob@example.org"}
    assert request.directory == str(Path.cwd())
    assert not (hook.folder / "got").exists()


@pytest.mark.parametrize("answer", [b"\x01", b"\x4e", b"0", b"", b"\x00\x00"])
def test_a_server_that_answers_otherwise_is_not_believed(hook: Hook, answer: bytes) -> None:
    hook.serve(answering(answer, [], []))
    done = hook.run()
    assert done.returncode == 75
    assert b"did not answer" in done.stderr
    assert not (hook.folder / "got").exists(), "the message may be delivered: it was taken"


def says_nothing(connection: socket.socket) -> None:
    time.sleep(3)


def closes(connection: socket.socket) -> None:
    connection.recv(65536)


def refuses(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.send(b"no")


@pytest.mark.parametrize("talk", [says_nothing, closes, refuses])
def test_what_no_server_takes_is_delivered_by_the_command(hook: Hook, talk: Talk) -> None:
    hook.serve(talk)
    done = hook.run("--deadline", "5")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (hook.folder / "got").read_bytes() == MAIL
    assert (hook.folder / "arguments").read_text() == "deliver --deadline 5\n"


def test_a_server_that_is_too_late_cannot_take_the_message(hook: Hook) -> None:
    said: list[str] = []

    def is_late(connection: socket.socket) -> None:
        _, descriptors, _, _ = socket.recv_fds(connection, 65536, 2)
        wait_until((hook.folder / "got").exists, "the command has the message")
        try:
            connection.send(b"T")
        except BrokenPipeError:
            said.append("it is not mine")
        for descriptor in descriptors:
            os.close(descriptor)

    server = hook.serve(is_late)
    assert hook.run().returncode == 0
    server.join(20)
    assert said == ["it is not mine"]


def test_what_a_server_took_after_other_words_is_not_delivered_twice(hook: Hook) -> None:
    def mumbles(connection: socket.socket) -> None:
        connection.recv(65536)
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)  # struct ucred
        pid = int.from_bytes(peer[:4], sys.byteorder)
        os.kill(pid, signal.SIGSTOP)  # it hears both at once
        connection.send(b"??")
        connection.send(b"T")
        os.kill(pid, signal.SIGCONT)

    hook.serve(mumbles)
    assert hook.run().returncode == 75
    assert not (hook.folder / "got").exists()


def test_without_a_server_the_command_delivers(hook: Hook) -> None:
    assert hook.run().returncode == 0
    assert (hook.folder / "got").read_bytes() == MAIL


def test_a_request_too_large_for_a_packet_is_left_to_the_command(hook: Hook) -> None:
    hook.serve(answering(b"\0", [], []))
    assert hook.run("--sender", "x" * 70_000).returncode == 0
    assert (hook.folder / "got").read_bytes() == MAIL


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 0", 0),
        ("exit 77", 77),
        ("exit 75", 75),
        ("exit 1", 75),
        ("exit 127", 75),
        ("kill -9 $$", 75),
    ],
)
def test_no_other_status_gets_out(hook: Hook, script: str, status: int) -> None:
    hook.stands_for(script)
    assert hook.run().returncode == status


def test_a_command_that_is_missing_is_a_temporary_failure(hook: Hook) -> None:
    hook.command.unlink()
    done = hook.run()
    assert done.returncode == 75
    assert done.stderr == b"4.3.0 maildrop-py-deliver: maildrop-py could not be run\n"


def test_an_interpreter_that_is_missing_is_a_temporary_failure(hook: Hook) -> None:
    hook.command.write_text("#!/nowhere/python3\n")
    assert hook.run().returncode == 75


def test_a_signal_goes_on_to_the_command(hook: Hook) -> None:
    hook.stands_for('trap "exit 75" TERM; echo x > "$HOME/up"; while :; do sleep 0.05; done')
    with subprocess.Popen([hook.program], stdin=subprocess.DEVNULL, env=hook.environ) as running:
        wait_until((hook.folder / "up").exists, "the command runs")
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 75


def test_a_server_of_another_user_is_not_believed(hook: Hook) -> None:
    if os.geteuid():
        pytest.skip("needs root to be two users")
    hook.serve(answering(b"\0", [], []))  # ours, root's: for another user only root's counts
    hook.folder.chmod(0o777)
    hook.socket.chmod(0o777)
    stranger = subprocess.run(
        ["python3", "-c", STRANGER, str(hook.socket), str(hook.program)],
        input=MAIL,
        env=hook.environ,
        check=False,
    )
    assert stranger.returncode == 0
    assert (hook.folder / "got").read_bytes() == MAIL


STRANGER = """
import os, socket, subprocess, sys
path, hook = sys.argv[1:]
os.unlink(path)
os.chmod(os.path.dirname(path), 0o777)
listening = os.pipe()
if os.fork() == 0:
    os.setresuid(4242, 4242, 4242)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(path)
    os.chmod(path, 0o777)
    server.listen()
    os.write(listening[1], b"x")
    connection, _ = server.accept()
    assert connection.recv(10) == b""
    os._exit(0)
os.read(listening[0], 1)
os.setresuid(4343, 4343, 4343)
sys.exit(subprocess.run([hook]).returncode)
"""


def test_it_passes_on_every_variable_that_deliver_reads() -> None:
    listed = set(re.findall(r'"([A-Z_]+)"', SOURCE.read_text().partition("NULL,")[0]))
    read = Path(server_environment.__file__).read_text()
    read += (ROOT / "maildrop_py/paths.py").read_text()
    read += (ROOT / "maildrop_py/start.py").read_text()
    read += (ROOT / "maildrop_py/delivery/program_environment.py").read_text()
    asked = set(re.findall(r'"([A-Z][A-Z_]+)"', read)) - {"PATH", "MAILER"}
    assert asked - listed == set()
