"""subjects: everything that is put through every fault; a new command is one more line."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults import cases
from tests.faults.deliveries import Deliveries
from tests.faults.hand_overs import ALONE, HOOK, SERVERS, HandOvers
from tests.faults.refilings import Refilings
from tests.faults.serving.servings import Servings
from tests.faults.subject import Subject
from tests.support.serving import letters

Make = Callable[[Path, Path], Subject]
"""The program's command, a folder that does not exist yet -> the subject in it."""


def _delivery(number: int, command: Path, place: Path) -> Subject:
    return Deliveries(command, place, cases.CASES[number])


def _serving(number: int, command: Path, place: Path) -> Subject:
    return Servings(command, place, letters.CASES[number])


def _undo(command: Path, place: Path) -> Subject:
    return Refilings(command, place, back=True)


DELIVERIES: dict[str, Make] = {
    f"deliver: {case.name}": partial(_delivery, number) for number, case in enumerate(cases.CASES)
}
SERVINGS: dict[str, Make] = {
    f"serve: {case.name}": partial(_serving, number)
    for number, case in enumerate(letters.CASES)
    if os.geteuid() == 0 or not case.as_root
}
HAND_OVERS: dict[str, Make] = {
    f"hook: {what}": partial(HandOvers, what=what) for what in (ALONE, HOOK, *SERVERS)
}
"""Where no hook was built, because there is no C compiler, they are skipped."""
REFILINGS: dict[str, Make] = {"refile": Refilings, "undo": _undo}
_MOSTLY = ("one", "several", "large", "duplicates", "piped", "at once", "as root, ")
SOME_SERVINGS = [
    f"serve: {case.name}"
    for case in letters.CASES
    if f"serve: {case.name}" in SERVINGS and case.name.startswith(_MOSTLY) and case.warm
]
"""Those that the tests have time for; the full run has it for all."""

SUBJECTS = DELIVERIES | HAND_OVERS | REFILINGS | SERVINGS
