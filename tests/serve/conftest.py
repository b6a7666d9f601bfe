"""A running `maildrop-py serve`, its users' Maildirs, and a client that hands mail over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lmtp.conftest import Talk
from tests.support.waiting import wait_until

SCRIPT = Path(__file__).parents[1] / "support/as_we_are.py"
MAIL = b"From: anna@example.net\nSubject: %s\nMessage-ID: <%s@example.net>\n\nbody\n"


def mail(subject: str, body: bytes = b"") -> bytes:
    """A message with this subject."""
    words = subject.encode()
    return MAIL % (words, words.replace(b" ", b".")) + body


class Server:
    """The server with the Maildirs users/NAME of example.org."""

    def __init__(self, folder: Path, *users: str) -> None:
        self.folder = folder
        self.socket = str(folder / "lmtp")
        self.rules = folder / "rules.yaml"
        self.talks: list[Talk] = []
        self.write_rules("rules: []")
        for user in users:
            (folder / "users" / user).mkdir(parents=True, mode=0o700)

    def write_rules(self, text: str, name: str = "rules.yaml") -> None:
        """A rules file, all at once, as an editor leaves it."""
        new = self.folder / f"{name}.new"
        new.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(text)
        new.chmod(0o600)
        new.rename(self.folder / name)

    def start(self, *options: str) -> Server:
        """Start it; returns when it listens."""
        named = {option.partition("=")[0] for option in options}
        places = {"maildir": "users/{user}", "state": "state/{user}", "rules": "rules.yaml"}
        options_given = [f"--{name}={self.folder}/{place}" for name, place in places.items()]
        options_given = [
            option for option in options_given if option.partition("=")[0] not in named
        ]
        command = [sys.executable, str(SCRIPT), f"--listen={self.socket}", "--name=example.org"]
        environment = os.environ | {"HOME": str(self.folder), "PYTHONFAULTHANDLER": "1"}
        with (self.folder / "errors").open("w") as errors:
            self.process = subprocess.Popen(
                [*command, "--workers=1", *options_given, *options], stderr=errors, env=environment
            )
        wait_until(lambda: os.path.exists(self.socket) or self.process.poll() is not None)
        assert self.process.poll() is None, self.errors
        return self

    @property
    def errors(self) -> str:
        return (self.folder / "errors").read_text()

    def hand_over(
        self, data: bytes, *recipients: str, sender: str = "a@example.net", origin: str = ""
    ) -> list[str]:
        """The replies, one for each recipient; those of RCPT for who was refused there."""
        talk = self.client(origin)
        assert talk.say(f"MAIL FROM:<{sender}>")[0].startswith("250 ")
        said = talk.say(*(f"RCPT TO:<{name}>" for name in recipients))
        if any(reply.startswith("250 ") for reply in said):
            assert talk.say("DATA")[0].startswith("354 ")
            lines = data.replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")
            talk.send(lines + b".\r\n")
            said = [talk.reply() if reply.startswith("250 ") else reply for reply in said]
        talk.say("QUIT")
        return said

    def client(self, origin: str = "") -> Talk:
        """Somebody who has said LHLO, and XFORWARD with `origin`."""
        talk = Talk(self.socket)
        self.talks.append(talk)
        assert talk.reply().startswith("220 ")
        assert talk.say("LHLO client.example.org")[0].startswith("250 ")
        if origin:
            assert talk.say(f"XFORWARD {origin}") == ["250 2.0.0 OK"]
        return talk

    def files(self, user: str) -> dict[str, bytes]:
        """Every message of a user: folder and flags -> bytes."""
        root = self.folder / "users" / user
        files: dict[str, bytes] = {}
        for path in root.rglob("*"):
            if path.is_file() and path.parent.name in PARTS:
                with suppress(FileNotFoundError):  # the server took it away just now
                    files[_short(path.relative_to(root))] = path.read_bytes()
        return files

    def log(self, user: str) -> list[dict[str, object]]:
        """What the delivery log says."""
        path = self.folder / f"state/{user}/deliveries.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        for talk in self.talks:
            talk.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


PARTS = ("new", "cur", "tmp")


def _short(path: Path) -> str:
    """`.Junk/cur:2,S`: where it is, without its unique name."""
    return f"{path.parent}{path.name[path.name.find(':') :] if ':' in path.name else ''}"


MakeServer = Callable[..., Server]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that is yet to be started, for anna and bert."""
    tmp_path.chmod(0o700)
    made = Server(tmp_path, "anna", "bert")
    yield made
    process = getattr(made, "process", None)
    if process is not None and process.poll() is None:
        made.stop()
