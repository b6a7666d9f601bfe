"""sample: a few of very many faults, of every kind of system call some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from .strace import Site

Payload = TypeVar("Payload")
Fault = tuple[Site, Payload]


def sample(faults: Sequence[Fault[Payload]], limit: int) -> list[Fault[Payload]]:
    """At most `limit` of `faults`, the same every time; our own calls before the interpreter's."""
    ours = [fault for fault in faults if fault[0].ours]
    chosen = list(_round_robin(ours))[:limit]
    others = [fault for fault in faults if not fault[0].ours]
    return [*chosen, *list(_round_robin(others))[: limit - len(chosen)]]


def _round_robin(faults: Sequence[Fault[Payload]]) -> Iterator[Fault[Payload]]:
    """One fault of each kind of call, again and again, each kind in an order by chance."""
    kinds: dict[str, list[Fault[Payload]]] = {}
    for fault in faults:
        kinds.setdefault(fault[0].name, []).append(fault)
    chance = Random(2033)
    for several in kinds.values():
        chance.shuffle(several)
    while any(kinds.values()):
        yield from (several.pop() for several in kinds.values() if several)
