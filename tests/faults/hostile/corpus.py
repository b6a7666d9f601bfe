"""corpus: inputs that once broke a promise, kept so that none of them does so again.

A file's name is `target-what it was`; `python -m tests.faults input` adds to them.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tests.faults.hostile.target import Target

FOLDER = Path(__file__).with_name("found")


def kept(target: Target) -> list[bytes]:
    """The inputs kept for a target."""
    return [path.read_bytes() for path in paths() if path.name.startswith(_prefix(target))]


def paths() -> list[Path]:
    """All files of the corpus."""
    return sorted(FOLDER.iterdir())


def target_name(path: Path) -> str:
    """The name of the target that a file is for."""
    return path.name.partition("-")[0].replace("_", " ")


def keep(target: Target, data: bytes) -> Path:
    """Add an input that broke a promise."""
    path = FOLDER / f"{_prefix(target)}{sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


def _prefix(target: Target) -> str:
    return f"{target.name.replace(' ', '_')}-"
