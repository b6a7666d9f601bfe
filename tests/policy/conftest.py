"""A folder that the server may enter, whoever it becomes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """pytest's own folder is closed to all but its user, again and again."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-policy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
