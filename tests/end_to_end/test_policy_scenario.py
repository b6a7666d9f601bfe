"""The clients that taRgrey was made for, through a real Postfix, on an accelerated clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.policy_scenario import prepare, run
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.requirements import need
from tests.support.policy_scenario import Client, dns


@pytest.fixture(scope="module")
def met(place: Path) -> Iterator[dict[str, list[Client]]]:
    """The clients, after they met each of two policies."""
    need("postfix")
    folder = place / "scenario"
    folder.mkdir(mode=0o755)
    postfix, server = Postfix(folder / "postfix"), dns()
    try:
        postfix.start()
        prepare(postfix)
        yield {name: run(postfix, folder, name, server) for name in ("targrey", "evidence")}
    finally:
        postfix.stop()
        server.close()


def bots_through(clients: list[Client]) -> list[str]:
    return [client.kind for client in clients if not client.honest and client.after is not None]


def test_evidence_delays_no_real_server(met: dict[str, list[Client]]) -> None:
    delayed = [
        (client.kind, client.said)
        for client in met["evidence"]
        if client.honest and (client.after is None or client.tries > 1)
    ]
    assert delayed == []


def test_evidence_lets_through_no_more_bots_than_targrey(met: dict[str, list[Client]]) -> None:
    assert len(bots_through(met["evidence"])) <= len(bots_through(met["targrey"]))


def test_every_real_server_gets_through_both(met: dict[str, list[Client]]) -> None:
    for name, clients in met.items():
        lost = [client.kind for client in clients if client.honest and client.after is None]
        assert lost == [], name


def test_bots_that_do_not_come_again_get_through_neither(met: dict[str, list[Client]]) -> None:
    for clients in met.values():
        assert set(bots_through(clients)) <= {"bot, patient"}
