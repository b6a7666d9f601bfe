"""What is kept from one decision to the next."""

from __future__ import annotations

from maildrop_py.decision.memory import MANY, Memory


def test_headers_are_scanned_once_many_messages_have_come() -> None:
    memory = Memory()
    scans = [memory.header_scan({}) for _ in range(MANY + 2)]
    assert [scan is not None for scan in scans] == [False] * (MANY - 1) + [True] * 3
    assert len(set(scans[MANY - 1 :])) == 1
