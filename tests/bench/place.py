"""place: the installed program that is measured, and homes for the candidates.

Ordinary users often may not look into the environment that root tests from; then
the program is installed again where they may, exactly as the end-to-end tests do.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.bench.user import ground
from tests.support.end_to_end.program import Program


@cache
def environment() -> Path:
    """The virtual environment of the program that is measured."""
    if os.geteuid() != 0:
        return Path(sys.prefix)
    program = Program(ground() / "venv")
    program.install()
    return program.folder


def home_of(name: str) -> Path:
    """A new empty home for the candidate `name`."""
    return Path(tempfile.mkdtemp(prefix=f"{name.split()[0]}-", dir=ground()))
