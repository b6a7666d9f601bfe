"""Fixtures of tests of compiled rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compiled_rules import User


@pytest.fixture
def user(tmp_path: Path) -> User:
    tmp_path.chmod(0o700)
    found = User(tmp_path)
    found.write("A")
    return found
