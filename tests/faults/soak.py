"""soak: many deliveries at once while everything around them goes wrong, and then an exact count.

The post (a mail server's part) hands each message over until it is told "done"
for each recipient. Meanwhile deliveries are killed at random, the rules are
rewritten, now and then with broken ones or half of them, DNS goes away and comes
back, and the disk is filled and emptied. In the end each recipient has each of
his messages; one that was always answered is there once, and every other copy
has a delivery without an answer to answer for it.
"""

from __future__ import annotations

import itertools
import os
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from tests.faults.maildir_sight import contents, files_below
from tests.faults.subject import Wrong

_NUMBER = re.compile(rb"^Subject: \w+ (\d+)$", re.M)
_TOP = re.compile(rb"(Return-Path: .*\n)?(Delivered-To: .*\n)?")
KILLED = 0.15  # of the deliveries
READ_AFTER = 3.0  # seconds until the reader takes a message out of the Maildir
PATIENCE = 0.05  # seconds between two attempts at a message, at least


Copy = tuple[int, str]
"""A message's number and one of its recipients."""


class Receiver(Protocol):
    """Who takes the messages, and into whose Maildirs they come."""

    @property
    def maildirs(self) -> Mapping[str, Path]:
        """Each recipient's; all are called Maildir."""

    def hand_over(
        self, message: bytes, recipients: Sequence[str], kill_after: float | None
    ) -> dict[str, bool | None]:
        """For whom it said "done"; None where it did not answer.

        One that is a process for each message is killed after `kill_after` seconds.
        """


@dataclass
class Ledger:
    """What was handed over how often, and what has come of it."""

    sent: int = 0
    attempts: int = 0
    owed: set[Copy] = field(default_factory=set)
    killed: Counter[Copy] = field(default_factory=Counter)
    found: Counter[Copy] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """Everything that must not be."""
        lost = [
            f"message {number} for {user} is lost" for number, user in self.owed - set(self.found)
        ]
        unexplained = [
            f"message {copy} is there {times} times, {self.killed[copy]} without an answer"
            for copy, times in self.found.items()
            if copy not in self.owed or times > 1 + self.killed[copy]
        ]
        return [*lost, *unexplained, *self.faults]

    def __str__(self) -> str:
        doubled = sum(copies - 1 for copies in self.found.values())
        wrong = self.wrong()
        counted = (
            f"{self.sent} messages for {len(self.owed)} recipients sent"
            f" in {self.attempts} attempts, {self.killed.total()} without an answer;"
            f" {len(self.found)} found, {doubled} copies more; {len(wrong)} wrong"
        )
        return "\n".join([counted, *wrong[:20]])


def letter(number: int) -> bytes:
    """The message of that number; every twentieth is too large to be held in memory."""
    kind = ("plain", "list", "check")[number % 3]
    size = 300_000 if number % 20 == 0 else 3000 + number % 7
    return f"Subject: {kind} {number}\n\n".encode() + b"x" * 70 + b"\n" * size


def _is_letter(data: bytes, number: int) -> bool:
    """Whether it is that message, whole, with nothing on top but where it came from."""
    text = letter(number)
    return data.endswith(text) and _TOP.fullmatch(data[: -len(text)]) is not None


def soak(
    receiver: Receiver, seconds: float, disturbances: Sequence[Disturbance], workers: int = 4
) -> Ledger:
    """Hand over messages for so long, with `disturbances` at work, then see that all arrive."""
    post = _Post(receiver, Random(6))
    threads = [threading.Thread(target=post.work, daemon=True) for _ in range(workers)]
    reader = Disturbance(1.0, lambda _: post.read(READ_AFTER), lambda: post.read(0))
    faults = post.ledger.faults
    with _at_work(reader, faults):  # to the last, for at full rate mail itself fills the disk
        with ExitStack() as stack:
            for disturbance in disturbances:
                stack.enter_context(_at_work(disturbance, faults))
            for thread in threads:
                thread.start()
            time.sleep(seconds)
        post.closed = True
        for thread in threads:
            thread.join()
    return post.ledger


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong now and then: `act` is called with a growing number, `end` at last."""

    every: float  # seconds
    act: Callable[[int], None]
    end: Callable[[], None]


@contextmanager
def _at_work(disturbance: Disturbance, faults: list[str]) -> Iterator[None]:
    """It goes on in a thread; one that cannot go on is a fault, for then nothing is shown."""
    over = threading.Event()

    def work() -> None:
        for number in itertools.count():
            if over.wait(disturbance.every):
                return
            try:
                disturbance.act(number)
            except Exception as error:
                faults.append(f"disturbance ended: {error!r}")
                raise

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        disturbance.end()


class _Post:
    """Numbers the messages, and tries each again until it is taken."""

    def __init__(self, receiver: Receiver, chance: Random) -> None:
        self.ledger = Ledger()
        self.closed = False
        self._receiver = receiver
        self._chance = chance
        self._lock = threading.Lock()
        self._deferred: queue.SimpleQueue[tuple[int, list[str]]] = queue.SimpleQueue()

    def work(self) -> None:
        """One of several that hand over, until nothing is left."""
        while (errand := self._next()) is not None:
            number, users = errand
            left = self._hand_over(number, users)
            if left:
                time.sleep(PATIENCE)
                self._deferred.put((number, left))

    def _hand_over(self, number: int, users: list[str]) -> list[str]:
        """Those who have not got it yet, as far as the post knows."""
        kill_after = self._fate()
        try:
            told = self._receiver.hand_over(letter(number), users, kill_after)
        except Wrong as wrong:
            with self._lock:
                self.ledger.faults.append(str(wrong))
            return []
        with self._lock:
            self.ledger.attempts += 1
            self.ledger.killed.update((number, user) for user in users if told[user] is None)
        return [user for user in users if not told[user]]

    def read(self, age: float) -> None:
        """Count what lies in the Maildirs for so many seconds, and take it out."""
        for user, maildir in self._receiver.maildirs.items():
            with suppress(FileNotFoundError):  # taken back while we look
                self._read(user, maildir.parent, age)

    def _read(self, user: str, place: Path, age: float) -> None:
        for message in contents(files_below(place, "Maildir"), "Maildir").messages:
            path = place / message.path
            if path.stat().st_mtime > time.time() - age:
                continue
            found = _NUMBER.search(message.data)
            number = int(found[1]) if found else -1
            if _is_letter(message.data, number):
                self.ledger.found[number, user] += 1
            else:
                self.ledger.faults.append(f"torn or strange: {message.path}")
            os.unlink(path)

    def _next(self) -> tuple[int, list[str]] | None:
        with self._lock:
            if self.closed or self._chance.random() < 0.5:
                try:
                    return self._deferred.get_nowait()
                except queue.Empty:
                    if self.closed:
                        return None
            return self._new()

    def _new(self) -> tuple[int, list[str]]:
        """A message nobody has had; every fifth is for all."""
        number, users = self.ledger.sent, list(self._receiver.maildirs)
        if number % 5:
            users = [users[number % len(users)]]
        self.ledger.sent += 1
        self.ledger.owed.update((number, user) for user in users)
        return number, users

    def _fate(self) -> float | None:
        """After how many seconds this delivery is killed, if at all."""
        with self._lock:
            doomed = not self.closed and self._chance.random() < KILLED
            return self._chance.random() * 0.15 if doomed else None
