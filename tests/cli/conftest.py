"""Fixtures for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from .account import Account


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """A user with an empty Maildir and a few rules."""
    account = Account(tmp_path)
    account.maildir.mkdir()
    return account
