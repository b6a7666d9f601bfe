"""fuzzer: inputs that come further and further into a part, found by trying.

Inputs that reach a step from one line to another which none before them
reached are kept, and further ones are made of them: cut, joined, repeated,
mixed with the target's words. Needs nothing but the interpreter's own tracing.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

import maildrop_py

from .target import Target

LONGEST = 4000  # bytes of an input
_PACKAGE = str(Path(maildrop_py.__file__).parent)
Edge = tuple[CodeType, int, int]


@dataclass(frozen=True)
class Finding:
    """An input that broke a promise, and how."""

    data: bytes
    error: str


class Fuzzer:
    """Feeds one target; `pool` holds the inputs worth keeping."""

    def __init__(self, target: Target, seeds: list[bytes], chance: Random) -> None:
        self.target = target
        self.pool: list[bytes] = []
        self.tried = 0
        self._edges: set[Edge] = set()
        self._chance = chance
        for seed in (b"", target.before, *seeds, *target.words):
            self._try(seed)
        self.pool = self.pool or [b""]

    def run(self, seconds: float) -> Finding | None:
        """Try inputs for so many seconds of processor time; the first that breaks something."""
        until = time.process_time() + seconds
        while time.process_time() < until:
            finding = self._try(self._mutant())
            if finding is not None:
                return self._smallest(finding)
        return None

    def _try(self, data: bytes) -> Finding | None:
        self.tried += 1
        tracer = _Tracer()
        before = sys.gettrace()
        sys.settrace(tracer.enter)
        try:
            self.target.feed(data)
        except Exception as error:  # noqa: BLE001 - any exception is what is looked for
            sys.settrace(before)
            return Finding(data, f"{type(error).__name__}: {error}")
        finally:
            sys.settrace(before)
        if not tracer.edges <= self._edges:
            self._edges |= tracer.edges
            self.pool.append(data)
        return None

    def _mutant(self) -> bytes:
        chance = self._chance
        data = chance.choice(self.pool[-200:] if chance.random() < 0.7 else self.pool)
        for _ in range(chance.randint(1, 6)):
            data = self._mutated(data)
        return data[:LONGEST]

    def _mutated(self, data: bytes) -> bytes:
        chance = self._chance
        a, b = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        match chance.randrange(7):
            case 0:
                return data[:a] + data[b:]
            case 1:
                return data[:b] + data[a:b] * chance.randint(1, 4) + data[b:]
            case 2:
                return data[:a] + bytes([chance.randrange(256)]) + data[a + 1 :]
            case 3:
                other = chance.choice(self.pool)
                return data[:a] + other[chance.randint(0, len(other)) :]
            case _:
                return data[:a] + chance.choice(self.target.words) + data[a:]

    def _smallest(self, finding: Finding) -> Finding:
        """The same finding with as much taken out as can be."""
        size = max(len(finding.data) // 2, 1)
        while size:
            for start in range(0, len(finding.data), size):
                shorter = finding.data[:start] + finding.data[start + size :]
                again = self._try(shorter)
                if again is not None and shorter != finding.data:
                    finding = again
                    break
            else:
                size //= 2
        return finding


class _Tracer:
    """Notes each step from one line of the package to the next."""

    def __init__(self) -> None:
        self.edges: set[Edge] = set()
        self._last = 0

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            return None
        self._last = 0
        return self.step

    def step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.edges.add((frame.f_code, self._last, frame.f_lineno))
            self._last = frame.f_lineno
        return self.step
