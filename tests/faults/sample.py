"""sample: a few of very many faults, of every kind of system call some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from tests.faults.strace import Site

Payload = TypeVar("Payload")
Fault = tuple[Site, Payload]


LAST = 12  # calls at the end of a run, when mail has been filed and no failure may count


def sample(
    faults: Sequence[Fault[Payload]], limit: int, last_calls: int = LAST
) -> list[Fault[Payload]]:
    """At most `limit` of `faults`: the last calls, others of ours, then the interpreter's."""
    last = list({fault[0]: fault for fault in faults}.values())[-last_calls:]
    ours = [fault for fault in faults if fault[0].ours and fault not in last]
    others = [fault for fault in faults if not fault[0].ours and fault not in last]
    return [*last, *_round_robin(ours), *_round_robin(others)][:limit]


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
