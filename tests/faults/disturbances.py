"""disturbances: what goes wrong around deliveries in a soak."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from tests.faults.small_disk import fill, make_room
from tests.faults.soak import Disturbance

GOOD = """\
maildir: ~/Maildir
dns: {{timeout: 1, nameservers: ["{server}"]}}
rules:
  - when: {{subject: '^check', dnsbl: bl.test}}
    then: {{file: Listed}}
  - when: {{subject: '^list'}}
    then: {{file: "{folder}", flags: [seen, ${folder}]}}
"""
LISTED: Mapping[str, Sequence[Any]] = {
    "2.0.0.127.bl.test": [{"A": "127.0.0.2"}, {"TTL": 1}],
    "99.2.0.192.bl.test": [{"A": "127.0.0.2"}, {"TTL": 1}],
}
BROKEN = ("rules: [", "rules:\n  - whn: {}\n", "\0", "", "rules: 5\n", "- x: *y\n")


class Dns(Protocol):
    """A DNS server at `address` whose records can be changed."""

    address: str

    def set_zone(self, zone: Mapping[str, Sequence[Any]]) -> None:
        """Serve these records from now on."""


def rewritten_rules(path: Path, server: str, every: float) -> Disturbance:
    """Good rules, other good rules, broken ones; in one step, or slowly where they stand."""

    def write(number: int) -> None:
        with suppress(OSError):  # the disk is full
            write_at_all(number)

    def write_at_all(number: int) -> None:
        good = GOOD.format(server=server, folder=f"Folder{number % 5}")
        if number % 3 == 0:
            _replace(path, BROKEN[number // 3 % len(BROKEN)])
        elif number % 3 == 1:
            _replace(path, good)
        else:
            with path.open("w") as file:  # as some editors do
                for line in good.splitlines(keepends=True):
                    file.write(line)
                    file.flush()

    def end() -> None:
        with suppress(OSError):  # the same: others' mail may fill it too
            _replace(path, GOOD.format(server=server, folder="Last"))

    end()
    return Disturbance(every, write, end)


def _replace(path: Path, text: str) -> None:
    new, owner = path.with_name("rules.new"), path.parent.stat()
    new.write_text(text)
    new.chmod(0o600)
    os.chown(new, owner.st_uid, owner.st_gid)
    os.replace(new, path)


def filled_disk(disk: Path, every: float) -> Disturbance:
    """Full, with room again, nearly full, and so on."""

    def turn(number: int) -> None:
        if number % 2:
            make_room(disk)
        else:
            fill(disk, (0, 3, 20)[number // 2 % 3])

    return Disturbance(every, turn, lambda: make_room(disk))


def absent_dns(server: Dns, every: float) -> Disturbance:
    """DNS that answers, then is silent, then answers nonsense, and so on."""
    zones = ({"*": ["TIMEOUT"]}, LISTED, {"*": ["GARBAGE"]}, LISTED, {"*": ["SERVFAIL"]}, LISTED)
    server.set_zone(LISTED)
    return Disturbance(
        every,
        lambda number: server.set_zone(zones[number % len(zones)]),
        lambda: server.set_zone(LISTED),
    )
