"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dns_server import DnsServer
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # no test depends on the machine's speed
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of corpora, SPF suite and procmail oracle beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared (corpora, SPF suite, procmail oracle)")
    return folder


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    """A DNS server on loopback; give it records with `set_zone`."""
    server = DnsServer()
    yield server
    server.close()
