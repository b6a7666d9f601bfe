"""run: shares out messages among workers in sandboxes, and gathers what they say."""

from __future__ import annotations

import base64
import json
import os
import selectors
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from maildrop_py.convert.proof import sandbox
from maildrop_py.convert.proof.samples import MADE
from maildrop_py.record import record

Message = tuple[str, bytes]
"""A message's name for the report, and its bytes."""


@record
class Proof:
    """What was compared. `differing` are the workers' answers for messages that differ.

    `same_if_friendlier` are the rules that fired for mail of the archive, and would with
    friendlier conditions too, for the same messages.
    """

    equal: int
    differing: tuple[dict[str, Any], ...]
    too_slow: tuple[str, ...]
    fired: frozenset[str]
    same_if_friendlier: frozenset[str] = frozenset()


def prove(
    task: dict[str, Any],
    messages: Iterable[Message],
    worker: list[str],
    among: int,
    advance: Callable[[], None],
) -> Proof:
    """Run `worker` in as many sandboxes as `among`; `task` is what is proved.

    `advance` is called for each message that is done. Raises NoSandbox, and OSError
    where a worker ends before its messages do.
    """
    shares = [_Share(worker, task) for _ in range(among)]
    for number, message in enumerate(messages):
        shares[number % among].add(*message)
    answers: list[dict[str, Any]] = []
    for answer in _together([share for share in shares if share.count]):
        answers.append(answer)
        advance()
    different = tuple(answer for answer in answers if answer.get("different"))
    slow = tuple(answer["name"] for answer in answers if answer.get("slow"))
    fired = frozenset(rule for answer in answers for rule in answer["fired"])
    equal = len(answers) - len(different) - len(slow)
    return Proof(equal, different, slow, fired, _same_if_friendlier(answers))


def _same_if_friendlier(answers: list[dict[str, Any]]) -> frozenset[str]:
    archived = [answer for answer in answers if not answer["name"].startswith(MADE)]
    fired = frozenset(rule for answer in archived for rule in answer["fired"])
    return fired - {rule for answer in answers for rule in answer.get("unlike", ())}


def _together(shares: list[_Share]) -> Iterator[dict[str, Any]]:
    """The answers of all shares as they come: none waits until another's are read."""
    waiting = selectors.DefaultSelector()
    for share in shares:
        waiting.register(share.start(), selectors.EVENT_READ, share)
    while waiting.get_map():
        for key, _ in waiting.select():
            piece = os.read(key.fd, 1 << 16)
            yield from key.data.answers(piece)
            if not piece:
                waiting.unregister(key.fileobj)
                key.data.end()


class _Share:
    """One sandbox with its messages in a file."""

    def __init__(self, worker: list[str], task: dict[str, Any]) -> None:
        self._worker = worker
        self._input = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the share
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - the same
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._got = 0
        self.count = 0
        self._input.write((json.dumps(task) + "\n").encode())

    def add(self, name: str, message: bytes) -> None:
        """One message more; before `start`."""
        line = {"name": name, "message": base64.b64encode(message).decode()}
        self._input.write((json.dumps(line) + "\n").encode())
        self.count += 1

    def start(self) -> IO[bytes]:
        """Begin; the pipe that the answers come out of."""
        self._input.seek(0)
        self._process = subprocess.Popen(
            sandbox.command(self._worker),
            stdin=self._input,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        assert self._process.stdout is not None
        return self._process.stdout

    def answers(self, piece: bytes) -> Iterator[dict[str, Any]]:
        """The answers that are whole with this piece."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        self._got += len(lines)
        yield from map(json.loads, lines)

    def end(self) -> None:
        """Raises OSError if answers are missing."""
        assert self._process is not None and self._process.stdout is not None
        status = self._process.wait()
        self._process.stdout.close()
        if status or self._got < self.count:
            self._said.seek(0)
            said = self._said.read().decode("utf-8", "replace").strip().splitlines()
            reason = said[-1] if said else f"status {status}"
            raise OSError(
                0, f"the proof ended after {self._got} of {self.count} messages: {reason}"
            )


def processors() -> int:
    """How many sandboxes are worth it: the original may wait for the clock or for a lock."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return 2 * (len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1)
