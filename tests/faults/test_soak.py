"""A few seconds of everything at once; `python -m tests.faults soak` takes longer."""

from __future__ import annotations

from pathlib import Path

from dns_server import DnsServer

from .one_shot import soak_deliver

SECONDS = 12.0


def test_every_message_is_accounted_for(
    command: Path, tmp_path: Path, dns_server: DnsServer
) -> None:
    ledger = soak_deliver(command, tmp_path, dns_server, SECONDS)
    assert not ledger.wrong(), ledger
    assert ledger.sent > 50 and ledger.killed.total() > 5, ledger
