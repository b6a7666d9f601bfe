"""servings: `maildrop-py serve` as a Subject: each attempt a server, its clients, its end.

A client does what mail servers do: it forgets what was answered with 250, and sends
the rest again. Where it had no answer a message may be there once more for
each time; a 4xx says that nothing is there.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.faults import disk_trace
from tests.faults.cases import SMALL
from tests.faults.disk_model import Tree
from tests.faults.disk_trace import Call
from tests.faults.home import Home
from tests.faults.maildir_sight import Found, contents, files_below
from tests.faults.subject import Sight, Wrong
from tests.support.serving.homes import UID, Homes
from tests.support.serving.letters import DOMAIN, WARM, Case, Letter
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server, attached, children

AGAIN = 20.0  # seconds within which a server must take mail again, whatever befell it
_TOLD = re.compile(rb"^250 [\d.]+ <(\w+)@", re.M)
_UNWANTED = ("*/Maildir/**/new/*", "*/Maildir/**/cur/*", "**/evidence.sqlite*")


class Servings:
    """The letters of `case`, taken in by a server whose homes lie below `place`."""

    there_before = False
    marker = ""

    def __init__(self, command: Path, place: Path, case: Case) -> None:
        self.name = f"serve: {case.name}"
        self.place, self.case = place, case
        self.maildirs = tuple(f"home/{user}/Maildir" for user in case.users)
        self.home = Home(place, case.rules)
        self._command = [str(command), "serve", *self._options()]
        self._homes = Homes(self.home.path, case.users, case.as_root, extra=WARM)
        self._homes.make()
        self._homes.write_users(place / "users")
        self.home.keep()
        self.reset()
        if case.ready:
            self._warm_up()
            self.home.keep()

    def reset(self) -> None:
        """The homes as they were, and clients who know nothing."""
        self.home.restore()
        self._homes.give_away()
        for path in (self.home.rules, *self.home.rules.parents[:2]):
            path.chmod(0o644 if path.is_file() else 0o755)
        self._told: set[str] = set()
        self._unanswered: Counter[str] = Counter()
        self._heard: set[str] = set()

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Hand over what has not been taken yet, once, to a new server.

        A strace in `under` is attached when the server is there; what else stands in
        `under`, the server is started with.
        """
        at = list(under).index("-c") - 1 if "-c" in under else len(under)
        strace, broken = under[:at], under[at:]
        with self.server(broken) as server:
            if strace and self.case.warm:
                self._see_alive(server)
            with attached(strace, self._targets(server, strace)):
                self._hand_over(server)
            if strace:
                self._see_alive(server)
        return len(self._told) == len(self.case.users)

    def look(self) -> Sight:
        """What lies in the Maildirs, as far as the clients are concerned."""
        return self._sight(files_below(self.place, *self.maildirs), self._told)

    def judge(self, tree: Tree) -> Sight:
        """The same for clients that know what tells() has seen."""
        return self._sight(tree, self._heard)

    def tells(self, call: Call) -> bool:
        """250 goes out for some recipient."""
        sent = call.name in ("sendto", "sendmsg", "write")
        users = {user.decode() for user in _TOLD.findall(call.data)} if sent else set()
        self._heard |= users & set(self.case.users)
        return bool(users)

    # The server and its clients

    def server(self, broken: Sequence[str] = ()) -> Server:
        """A server for the homes, started by the command `broken`; a context manager."""
        uid = UID if os.geteuid() == 0 and not self.case.as_root else None
        command = [*broken, *self._command]
        return Server(command, self.place, uid, as_root=self.case.as_root)

    def _options(self) -> list[str]:
        shared = ["--rules", str(self.home.rules), "--log", "{home}/log"]
        if self.case.as_root:
            return [*shared, "--users", str(self.place / "users")]
        return [*shared, "--home", f"{self.home.path}/{{user}}", "--maildir", "{home}/Maildir"]

    def _targets(self, server: Server, strace: Sequence[str]) -> list[int]:
        """The processes whose calls fail or, where what they write is recorded, all."""
        worker, *spawner = server.children
        recipients = children(spawner[0]) if spawner else []
        if disk_trace.is_recording(strace):
            return [worker, *spawner, *recipients]
        return {"spawner": spawner, "recipient": recipients}.get(self.case.struck, [worker])

    def _hand_over(self, server: Server) -> None:
        """Every letter by a client of its own, at the same time."""
        left = [self._left_of(letter) for letter in self.case.letters]
        with ThreadPoolExecutor(len(left)) as clients:
            for answers in clients.map(partial(_sent, server), filter(None, left)):
                self._told |= {user for user, what in answers.items() if what is Answer.DONE}
                self._unanswered.update(
                    u for u, what in answers.items() if what is Answer.UNANSWERED
                )

    def _left_of(self, letter: Letter) -> Letter | None:
        users = tuple(user for user in letter.recipients if user not in self._told)
        return Letter(users, letter.message) if users else None

    def _see_alive(self, server: Server) -> None:
        """It takes a message, perhaps after a while."""
        until = time.monotonic() + AGAIN
        number = time.monotonic_ns()
        message = SMALL.replace(b"<1@", b"<%d@" % number)
        while _sent(server, Letter((WARM,), message))[WARM] is not Answer.DONE:
            if time.monotonic() > until:
                raise Wrong(f"it takes no mail any more: {server.log.read_text()[-500:]}")
            time.sleep(0.05)

    def _warm_up(self) -> None:
        """Folders and caches are made; what else a delivery leaves is taken away."""
        with self.server() as server:
            self._see_alive(server)
            self._hand_over(server)
        assert len(self._told) == len(self.case.users), self.name
        unwanted = [*_UNWANTED, "**/dovecot-keywords", *filter(None, [f"*/{self.case.piped}"])]
        for path in (path for pattern in unwanted for path in self.home.path.glob(pattern)):
            if path.is_file():
                path.unlink()

    # What has come of it

    def _sight(self, tree: Tree, answers: set[str]) -> Sight:
        """Of those who got every answer, of the others what they were not left unanswered for."""
        found = {user: contents(tree, f"home/{user}/Maildir") for user in self.case.users}
        copies = {user: self._copies(user, len(found[user].messages)) for user in found}
        untold = [copies[user] - self._unanswered[user] for user in found if user not in answers]
        surplus = {user: copies[user] - 1 - self._unanswered[user] for user in answers}
        faults = [f"astray: {path}" for each in found.values() for path in each.astray]
        faults += [f"{user} has {more} too many" for user, more in surplus.items() if more > 0]
        faults += [self._fault(user, it) for user, each in found.items() for it in each.messages]
        return Sight(
            fewest=min((min(1, copies[user]) for user in answers), default=0),
            most=max(0, *untold) if untold else 1,
            settled=all(copies.values()),
            faults=tuple(filter(None, faults)),
            fallback=any(
                it.folder != self.case.folder for e in found.values() for it in e.messages
            ),
            leftovers=sum(len(each.leftovers) for each in found.values()),
            excused=sum(number > 1 for number in copies.values()),
        )

    def _copies(self, user: str, messages: int) -> int:
        if not self.case.piped:
            return messages
        path = self.home.path / user / self.case.piped
        whole = path.exists() and path.read_bytes().endswith(SMALL)
        return messages if whole else 0

    def _fault(self, user: str, message: Found) -> str:
        """What is wrong with a visible message, "" if nothing is."""
        [letter] = [letter for letter in self.case.letters if user in letter.recipients]
        ruled = message.folder == self.case.folder
        if message.data not in letter.forms(user, self.case.added if ruled else b""):
            return f"torn: {message.path}: {len(message.data)} bytes"
        if not ruled and message.folder:
            return f"in {message.folder!r}"
        if ruled and not set(self.case.flags) <= set(message.flags):
            return f"flags {message.flags!r}"
        return ""


def _sent(server: Server, letter: Letter) -> dict[str, Answer]:
    addresses = {f"{user}@{DOMAIN}": user for user in letter.recipients}
    answers = hand_over(server.socket, letter.message, list(addresses))
    return {addresses[address]: what for address, what in answers.items()}
