"""installing: one delivery by the program as each way of installing leaves it.

`python -m tests.bench installing`. The Debian package is measured where it is installed:
`examples/debian/build /tmp && dpkg -i /tmp/maildrop-py_*.deb` before. pip, pipx and uv leave the
same programs in an environment of their own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.bench.deliveries import INTERPRETER, interpreter, prepare
from tests.bench.load import Rule, mixed_rules, write_message
from tests.bench.measure import Command, medians
from tests.bench.place import environment
from tests.bench.rivals.maildrop_py import MaildropPy
from tests.bench.rivals.rival import Rival
from tests.bench.settled import settle
from tests.bench.table import markdown, milliseconds, times, verdict
from tests.bench.user import ground

SIZE, RULES, ROUNDS = 5000, 50, 60


class Wheel(MaildropPy):
    """The program of the wheel: native, where there was a C compiler, with the script behind it."""

    name = "pip, pipx, uv: bin/maildrop-py"


class WheelHook(MaildropPy):
    """The native hook of the wheel, which starts the program where no server runs."""

    name = "pip, pipx, uv: bin/maildrop-py-deliver, no server"

    @property
    def path(self) -> str | None:
        program = environment() / "bin/maildrop-py-deliver"
        return str(program) if program.exists() else None

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        command = super().delivery(home, rules, message)
        return replace(command, argv=command.argv[:1])


class Module(MaildropPy):
    """Without a script at all."""

    name = "python -m maildrop_py"

    def delivery(self, home: Path, rules: list[Rule], message: Path) -> Command:
        command = super().delivery(home, rules, message)
        python = str(environment() / "bin/python")
        return replace(command, argv=[python, "-m", "maildrop_py", *command.argv[1:]])


class DebianPackage(MaildropPy):
    """What the .deb has in /usr/bin."""

    name = ".deb: /usr/bin/maildrop-py"

    @property
    def path(self) -> str | None:
        return "/usr/bin/maildrop-py" if Path("/usr/bin/maildrop-py").exists() else None


WAYS: list[Rival] = [DebianPackage(), Wheel(), WheelHook(), Module()]


def report() -> str:
    """The table, and whether the Debian package is the fastest."""
    rules = mixed_rules(RULES)
    state = settle(ground())
    commands, reasons = prepare(write_message(ground() / "5k.eml", SIZE, rules), rules, WAYS)
    taken = medians([interpreter(), *commands], ROUNDS)
    base = taken[INTERPRETER]
    rows = [
        [name, milliseconds(taken[name]), times(taken[name] / base)]
        if name in taken
        else [name, reasons[name], ""]
        for name in (INTERPRETER, *(way.name for way in WAYS))
    ]
    title = f"One delivery, {SIZE} bytes, {RULES} rules, median of {ROUNDS}"
    lines = [markdown([title, "time", "interpreter"], rows), "", state]
    if DebianPackage.name in taken:
        others = [taken[way.name] for way in WAYS[1:] if way.name in taken]
        share = taken[DebianPackage.name] / min(others)
        lines += [f"the .deb, against the best of the others: {verdict(share, 1.0)}"]
    return "\n".join(lines)
