"""A name server that is silent delays a message by its DNS budget, and decides nothing."""

from __future__ import annotations

import select

import pytest

from tests.support.dns_server import DnsServer
from tests.support.sender import CONDITIONS, HOP, REST, decided, fired, rules


class Clock:
    """Goes forward only while somebody waits, by as much as he means to wait."""

    def __init__(self) -> None:
        self.passed = 0.0

    def time(self) -> float:
        return 1_700_000_000.0 + self.passed

    def monotonic(self) -> float:
        return self.passed

    def register(self, descriptor: int, events: int) -> None:
        pass

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        self.passed += milliseconds / 1000
        return []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(select, "poll", lambda: clock)
    return clock


@pytest.mark.parametrize("timeout", [0.5, 5, 60])
def test_whatever_is_asked_the_wait_is_one_budget(
    dns_server: DnsServer, clock: Clock, timeout: float
) -> None:
    dns_server.set_zone({"*": ["TIMEOUT"]})
    decision, evidence = decided(HOP + REST, rules(dns_server.address, timeout), clock=clock)
    assert timeout * 0.9 < clock.passed < timeout + 0.1
    assert evidence.spf().result == "temperror"
    silent = [one for one in CONDITIONS if one.split(":")[0] in ("spf", "dnsbl", "s25r")]
    assert len(silent) == 5
    assert not {*silent, *(f"not {one}" for one in silent)} & {*fired(decision)}


def test_a_second_message_does_not_wait_for_lists_that_were_silent(
    dns_server: DnsServer, clock: Clock, tmp_path: object
) -> None:
    dns_server.set_zone({"*": ["TIMEOUT"]})
    program = rules(dns_server.address, 5)
    decided(HOP + REST, program, clock=clock, state=str(tmp_path))
    first = clock.passed
    _, evidence = decided(HOP + REST, program, clock=clock, state=str(tmp_path))
    for zone in program.zones:
        evidence.dnsbl(zone)
    assert clock.passed - first < 5.1
    _, other = decided(REST, program, clock=clock, state=str(tmp_path))
    assert other.border().inside


def test_without_a_question_nobody_waits(dns_server: DnsServer, clock: Clock) -> None:
    dns_server.set_zone({"*": ["TIMEOUT"]})
    decided(REST, rules(dns_server.address))  # never was outside
    assert clock.passed == 0
    assert dns_server.asked == []
