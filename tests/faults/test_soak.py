"""A few seconds of everything at once; `python -m tests.faults soak` takes longer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from tests.faults.one_shot import soak_deliver
from tests.faults.serving.soaking import soak_serve
from tests.faults.soak import Disturbance, soak
from tests.support.dns_server import DnsServer

SECONDS = 12.0


def test_every_message_is_accounted_for(
    command: Path, tmp_path: Path, dns_server: DnsServer
) -> None:
    ledger = soak_deliver(command, tmp_path, dns_server, SECONDS)
    assert not ledger.wrong(), ledger
    assert ledger.sent > 50 and ledger.killed.total() > 5, ledger


def test_every_message_that_serve_took_is_accounted_for(
    command: Path, place: Path, dns_server: DnsServer
) -> None:
    ledger = soak_serve(command, place, dns_server, SECONDS / 2, as_root=False)
    assert not ledger.wrong(), ledger
    assert ledger.sent > 100 and ledger.killed.total() > 2, ledger


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to start a server as root")
def test_every_message_that_recipients_delivered_is_accounted_for(
    command: Path, place: Path, dns_server: DnsServer
) -> None:
    ledger = soak_serve(command, place, dns_server, SECONDS / 3, as_root=True)
    assert not ledger.wrong(), ledger
    assert ledger.sent > 20 and ledger.killed, ledger


class _Nobody:
    """Takes nothing and loses nothing."""

    maildirs: ClassVar[dict[str, Path]] = {}

    def hand_over(
        self, message: bytes, recipients: Sequence[str], kill_after: float | None
    ) -> dict[str, bool | None]:
        """It has no recipients."""
        time.sleep(0.01)
        return {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_soak_whose_disturbances_end_has_shown_nothing() -> None:
    ends = Disturbance(0.01, lambda number: 1 // (number - 1), lambda: None)
    ledger = soak(_Nobody(), 0.2, [ends])
    [fault] = ledger.wrong()
    assert fault.startswith("disturbance ended: ZeroDivisionError")
