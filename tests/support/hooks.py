"""hooks: the native hook beside a home, and a server that takes what it hands over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from maildrop_py.hook.native import compiled

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests/support/hand_over.py"
SOURCE = ROOT / "maildrop_py/hook/maildrop-py-deliver.c"
MAIL = b"From: ann@example.org\nSubject: hello\n\nbody\n"
UID = 4711  # nobody has it

RULES = """
allow_commands: true
rules:
  - {when: {subject: slow, command: [sleep, "6"]}, then: {file: Slow}}
  - {when: {subject: no}, then: {reject: not here}}
  - {when: {subject: hello}, then: {file: Hello}}
"""


class Home:
    """A user's home, and the hook as that user runs it."""

    def __init__(self, folder: Path, uid: int) -> None:
        self.path, self.uid = folder, uid
        self.hook = folder.parent / "bin/maildrop-py-deliver"
        self.environ = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder.parent / "run")}
        self.environ["PATH"] = "/usr/bin:/bin"
        config = folder / ".config/maildrop-py"
        config.mkdir(parents=True)
        (config / "rules.yaml").write_text(RULES)
        for part in ("new", "cur", "tmp"):
            (folder / "Maildir" / part).mkdir(parents=True)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid)
            path.chmod(0o700 if path.is_dir() else 0o600)

    def deliver(self, mail: bytes = MAIL, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.hook, *arguments],
            input=mail,
            env=self.environ,
            capture_output=True,
            check=False,
            timeout=60,
            **self.ids,
        )

    def start(self, mail: bytes) -> subprocess.Popen[bytes]:
        running = subprocess.Popen(
            [self.hook], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environ, **self.ids
        )
        assert running.stdin is not None
        running.stdin.write(mail)
        running.stdin.close()
        running.stdin = None  # communicate() would flush it
        return running

    @property
    def ids(self) -> dict[str, int]:
        return {} if os.geteuid() else {"user": self.uid, "group": self.uid, "extra_groups": ()}

    def files(self, folder: str = ".Hello") -> list[Path]:
        return sorted(self.path.glob(f"Maildir/{folder}/new/*"))


class Server:
    """The server, and what it printed."""

    def __init__(self, folder: Path, *numbers: int | str) -> None:
        self.socket = folder / "run/maildrop-py/deliver"
        self.output = folder / "output"
        with self.output.open("wb") as output:
            command = [sys.executable, SCRIPT, self.socket, *map(str, numbers)]
            self.process = subprocess.Popen(command, stderr=output, stdin=subprocess.DEVNULL)
        self.says("listening")

    def says(self, text: str) -> None:
        for _ in range(500):
            if text in self.output.read_text():
                return
            time.sleep(0.02)
        raise AssertionError(f"it did not say {text!r} but {self.output.read_text()!r}")

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.settimeout(20)
        client.connect(str(self.socket))
        return client

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(20) == 0


def processes(server: Server) -> list[str]:
    """The pids of the processes that deliver."""
    return _children(str(server.process.pid))


def kill_all(server: Server) -> None:
    """Kill them with all that they run."""
    for pid in processes(server):
        os.killpg(int(pid), signal.SIGKILL)


def running_programs(server: Server) -> list[str]:
    """Those of them that run a program for a rule just now."""
    return [pid for pid in processes(server) if _children(pid)]


def _children(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return []


def hook_in(folder: Path) -> bool:
    """Whether the hook could be compiled into bin/; there is a place for the socket then."""
    (folder / "bin").mkdir()
    (folder / "run/maildrop-py").mkdir(parents=True)
    return compiled(SOURCE, str(folder / "bin/maildrop-py-deliver"))
