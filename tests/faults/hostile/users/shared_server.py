"""shared_server: a server of three users started by root; eve is hostile, anna and bert are not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.support.serving.homes import Homes
from tests.support.serving.letters import DOMAIN
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server

VICTIMS = ("anna", "bert")
USERS = (*VICTIMS, "eve")
LIMITS = ("--deadline=6", "--queue=20", "--process-memory=512", "--process-count=60")


class SharedServer:
    """The users' homes, the running server, and who was sent what."""

    def __init__(self, place: Path) -> None:
        self.place, self.homes = place, place / "home"
        self._homes = Homes(self.homes, USERS, own_uids=True)
        self._homes.make()
        for user in USERS:
            (self.homes / user).chmod(0o700)
        self._homes.write_users(place / "users")
        self.sent: dict[str, list[bytes]] = {user: [] for user in VICTIMS}
        self._clients = ThreadPoolExecutor(32)

    @property
    def eve(self) -> Path:
        """The hostile user's home."""
        return self.homes / "eve"

    def give_away(self) -> None:
        """What was put into the homes is their users' from now on."""
        self._homes.give_away()

    @contextmanager
    def run(self, command: Path, options: Sequence[str] = LIMITS) -> Iterator[Server]:
        """The server; afterwards all others' mail is looked at."""
        self.give_away()
        users = ["--users", str(self.place / "users"), "--log-to", "stderr"]
        paths = ["--rules", "{home}/rules.yaml", "--log", "{home}/log"]
        words = [str(command), "serve", *users, *paths, *options]
        with Server(words, self.place, as_root=True) as self.server:
            before = self.server.children
            yield self.server
            assert self.server.children == before, "a worker or the spawner was lost"
        self._clients.shutdown()
        self._see_mail_of_others()

    def send(self, message: bytes, *users: str) -> dict[str, Answer]:
        """One message to all of `users`; what came of it for each."""
        addresses = {f"{user}@{DOMAIN}": user for user in users}
        found = hand_over(self.server.socket, message, list(addresses))
        for address, user in addresses.items():
            if user in VICTIMS:
                assert found[address] is Answer.DONE, (user, found, self.log)
                self.sent[user].append(message)
        return {addresses[address]: answer for address, answer in found.items()}

    def later(self, message: bytes, *users: str) -> Future[dict[str, Answer]]:
        """The same by another client, at the same time."""
        return self._clients.submit(self.send, message, *users)

    @property
    def log(self) -> str:
        """What the server has said."""
        return self.server.log.read_text()

    def mail_of(self, user: str) -> list[bytes]:
        """All messages that a user has."""
        found = (self.homes / user / "Maildir").rglob("*")
        return [p.read_bytes() for p in found if p.is_file() and p.parent.name in ("new", "cur")]

    def _see_mail_of_others(self) -> None:
        for user in VICTIMS:
            mine = sorted(self.mail_of(user))
            assert len(mine) == len(self.sent[user]), user
            wanted = sorted(self.sent[user])
            kept = sorted(message[message.index(b"From: ") :] for message in mine)
            assert kept == wanted, f"a message of {user} was changed"
            for path in (self.homes / user).rglob("*"):
                assert path.lstat().st_uid == (self.homes / user).stat().st_uid, path
                assert not path.is_symlink() and "evil" not in path.name, path
        for path in self.eve.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20:
                assert b"for anna alone" not in path.read_bytes(), path
        assert not (self.eve / "succeeded").exists(), "something in another's home worked"


def message(number: int, text: str = "for everybody") -> bytes:
    """A small message with this number."""
    return b"From: a@example.org\nSubject: %d\n\n%s\n" % (number, text.encode())


def needs_root() -> bool:
    """Whether the tests must be skipped."""
    return os.geteuid() != 0
