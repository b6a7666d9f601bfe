"""soak: many deliveries at once while everything around them goes wrong, and then an exact count.

The post (a mail server's part) hands each message over until it is told "done".
Meanwhile deliveries are killed at random, the rules are rewritten, now and then
with broken ones or half of them, DNS goes away and comes back, and the disk is
filled and emptied. In the end each message is there; one that was always
answered is there once, and every other copy has a killed delivery to answer for
it.
"""

from __future__ import annotations

import os
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from .maildir_sight import contents, files_below
from .subject import Wrong

_NUMBER = re.compile(rb"^Subject: \w+ (\d+)$", re.M)
KILLED = 0.15  # of the deliveries
READ_AFTER = 3.0  # seconds until the reader takes a message out of the Maildir
PATIENCE = 0.05  # seconds between two attempts at a message, at least


class Receiver(Protocol):
    """Who takes the messages, and whose Maildir they come into."""

    @property
    def maildir(self) -> Path:
        """The one Maildir, called so."""

    def hand_over(self, message: bytes, kill_after: float | None) -> bool | None:
        """Whether it said "done"; None if it was killed, after so many seconds, before that."""


@dataclass
class Ledger:
    """What was handed over how often, and what has come of it."""

    sent: int = 0
    attempts: int = 0
    killed: Counter[int] = field(default_factory=Counter)
    found: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """Everything that must not be."""
        lost = [number for number in range(self.sent) if not self.found[number]]
        unexplained = [
            f"message {number} is there {copies} times, killed {self.killed[number]} times"
            for number, copies in self.found.items()
            if copies > 1 + self.killed[number]
        ]
        return [*(f"message {number} is lost" for number in lost), *unexplained, *self.faults]

    def __str__(self) -> str:
        doubled = sum(copies - 1 for copies in self.found.values())
        wrong = self.wrong()
        counted = (
            f"{self.sent} messages sent in {self.attempts} attempts, {self.killed.total()} killed;"
            f" {len(self.found)} found, {doubled} copies more; {len(wrong)} wrong"
        )
        return "\n".join([counted, *wrong[:20]])


def letter(number: int) -> bytes:
    """The message of that number; every twentieth is too large to be held in memory."""
    kind = ("plain", "list", "check")[number % 3]
    size = 300_000 if number % 20 == 0 else 3000 + number % 7
    return f"Subject: {kind} {number}\n\n".encode() + b"x" * 70 + b"\n" * size


def soak(
    receiver: Receiver, seconds: float, troubles: Sequence[Trouble], workers: int = 4
) -> Ledger:
    """Hand over messages for so long, with `troubles` at work, then see that all arrive."""
    post = _Post(receiver, Random(6))
    with ExitStack() as stack:
        for trouble in (*troubles, Trouble(1.0, lambda _: post.read(READ_AFTER), lambda: None)):
            stack.enter_context(_at_work(trouble))
        threads = [threading.Thread(target=post.work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
    post.closed = True
    for thread in threads:
        thread.join()
    post.read(0)
    return post.ledger


@dataclass(frozen=True)
class Trouble:
    """What goes wrong now and then: `act` is called with a growing number, `end` at last."""

    every: float  # seconds
    act: Callable[[int], None]
    end: Callable[[], None]


@contextmanager
def _at_work(trouble: Trouble) -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        number = 0
        while not over.wait(trouble.every):
            trouble.act(number)
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        trouble.end()


class _Post:
    """Numbers the messages, and tries each again until it is taken."""

    def __init__(self, receiver: Receiver, chance: Random) -> None:
        self.ledger = Ledger()
        self.closed = False
        self._receiver = receiver
        self._chance = chance
        self._lock = threading.Lock()
        self._deferred: queue.SimpleQueue[int] = queue.SimpleQueue()

    def work(self) -> None:
        """One of several that hand over, until nothing is left."""
        while (number := self._next()) is not None:
            if not self._hand_over(number):
                time.sleep(PATIENCE)
                self._deferred.put(number)

    def _hand_over(self, number: int) -> bool:
        kill_after = self._fate()
        try:
            told = self._receiver.hand_over(letter(number), kill_after)
        except Wrong as wrong:
            with self._lock:
                self.ledger.faults.append(str(wrong))
            return True
        with self._lock:
            self.ledger.attempts += 1
            self.ledger.killed[number] += told is None
        return bool(told)

    def read(self, age: float) -> None:
        """Count what lies in the Maildir for so many seconds, and take it out."""
        place = self._receiver.maildir.parent
        tree = files_below(place, "Maildir")
        for message in contents(tree, "Maildir").messages:
            path = place / message.path
            if path.stat().st_mtime > time.time() - age:
                continue
            found = _NUMBER.search(message.data)
            number = int(found[1]) if found else -1
            if message.data == letter(number):
                self.ledger.found[number] += 1
            else:
                self.ledger.faults.append(f"torn or strange: {message.path}")
            os.unlink(path)

    def _next(self) -> int | None:
        with self._lock:
            if self.closed or self._chance.random() < 0.5:
                try:
                    return self._deferred.get_nowait()
                except queue.Empty:
                    if self.closed:
                        return None
            self.ledger.sent += 1
            return self.ledger.sent - 1

    def _fate(self) -> float | None:
        """After how many seconds this delivery is killed, if at all."""
        with self._lock:
            doomed = not self.closed and self._chance.random() < KILLED
            return self._chance.random() * 0.15 if doomed else None
