"""run: shares out messages among workers in sandboxes, and gathers what they say."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from maildrop_py.convert.proof import sandbox
from maildrop_py.record import record

Message = tuple[str, bytes]
"""A message's name for the report, and its bytes."""


@record
class Proof:
    """What was compared. `differing` are the workers' answers for messages that differ."""

    equal: int
    differing: tuple[dict[str, Any], ...]
    too_slow: tuple[str, ...]
    fired: frozenset[str]


def prove(
    told: dict[str, str],
    messages: Iterable[Message],
    worker: list[str],
    among: int,
    advance: Callable[[], None],
) -> Proof:
    """Run `worker` in as many sandboxes as `among`; `told` is what is proved.

    `advance` is called for each message that is done. Raises NoSandbox, and OSError
    where a worker ends before its messages do.
    """
    shares = [list(messages)[number::among] for number in range(among)] if among > 1 else [messages]
    answers: list[dict[str, Any]] = []
    running = [_Share(worker, told, share) for share in shares]
    for one in running:
        for answer in one.answers():
            answers.append(answer)
            advance()
    different = tuple(answer for answer in answers if answer.get("different"))
    slow = tuple(answer["name"] for answer in answers if answer.get("slow"))
    fired = frozenset(rule for answer in answers for rule in answer["fired"])
    return Proof(len(answers) - len(different) - len(slow), different, slow, fired)


class _Share:
    """One sandbox with its messages in a file."""

    def __init__(
        self, worker: list[str], told: dict[str, str], messages: Iterable[Message]
    ) -> None:
        self._input = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the share
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - the same
        self.count = 0
        self._input.write((json.dumps(told) + "\n").encode())
        for name, message in messages:
            line = {"name": name, "message": base64.b64encode(message).decode()}
            self._input.write((json.dumps(line) + "\n").encode())
            self.count += 1
        self._input.seek(0)
        self._process = subprocess.Popen(
            sandbox.command(worker, {}),
            stdin=self._input,
            stdout=subprocess.PIPE,
            stderr=self._output,
        )

    def answers(self) -> Iterator[dict[str, Any]]:
        """Each answer as it comes."""
        assert self._process.stdout is not None
        got = 0
        for line in self._process.stdout:
            yield json.loads(line)
            got += 1
        status = self._process.wait()
        if status or got < self.count:
            self._output.seek(0)
            said = self._output.read().decode("utf-8", "replace").strip().splitlines()
            reason = said[-1] if said else f"status {status}"
            raise OSError(0, f"the proof ended after {got} of {self.count} messages: {reason}")


def processors() -> int:
    """How many sandboxes are worth it: procmail sleeps a second where it files a message twice."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return 4 * (len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1)
