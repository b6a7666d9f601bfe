"""subjects: everything that is put through every fault; a new command is one more line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from .cases import CASES
from .deliveries import Deliveries
from .refilings import Refilings
from .subject import Subject

Make = Callable[[Path, Path], Subject]
"""The program's command, a folder that does not exist yet -> the subject in it."""


def _delivery(number: int, command: Path, place: Path) -> Subject:
    return Deliveries(command, place, CASES[number])


def _undo(command: Path, place: Path) -> Subject:
    return Refilings(command, place, back=True)


SUBJECTS: dict[str, Make] = {
    f"deliver: {case.name}": partial(_delivery, number) for number, case in enumerate(CASES)
} | {"refile": Refilings, "undo": _undo}
