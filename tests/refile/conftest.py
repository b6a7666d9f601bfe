"""Fixtures of the tests of re-filing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.maildirs import FiledMaildir


@pytest.fixture
def filed(root: Path) -> FiledMaildir:
    """An empty Maildir, with journals beside it."""
    return FiledMaildir(root)
