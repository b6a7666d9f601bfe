"""deliveries: every installed rival set up for one delivery, tried once to be sure it works."""

from __future__ import annotations

from pathlib import Path

from tests.bench.load import Rule
from tests.bench.measure import Command, once
from tests.bench.place import environment, home_of
from tests.bench.rivals import DELIVERY
from tests.bench.rivals.rival import Rival
from tests.bench.user import as_user, hand_over

INTERPRETER = "python -I -c pass"


def interpreter() -> Command:
    """The yardstick: the bare interpreter of the environment that is measured."""
    return Command(INTERPRETER, [str(environment() / "bin/python"), "-I", "-c", "pass"])


def prepare(
    message: Path, rules: list[Rule], rivals: list[Rival] = DELIVERY
) -> tuple[list[Command], dict[str, str]]:
    """The commands that do deliver `message` by `rules`, and why the other rivals do not."""
    ready: list[Command] = []
    reasons: dict[str, str] = {}
    for rival in rivals:
        if rival.path is None:
            reasons[rival.name] = "not installed"
            continue
        home = home_of(rival.name)
        command = rival.delivery(home, rules, message)
        hand_over(home)
        why = _trouble(command, home, rules[-1].folder)
        if why:
            reasons[rival.name] = why
        else:
            ready.append(command)
    return ready, reasons


def _trouble(command: Command, home: Path, folder: str) -> str:
    """Deliver once, which warms the caches; "" if the message is where it must be."""
    try:
        as_user(lambda: once(command))
    except OSError as error:
        return f"fails ({error})"
    delivered = list((home / "Maildir" / f".{folder}" / "new").glob("*"))
    return "" if len(delivered) == 1 else "does not deliver into the folder"
