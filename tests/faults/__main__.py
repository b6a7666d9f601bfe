"""The full run: `python -m tests.faults [calls | kills | power | disks | input | growth | soak]...`

All of them, unless some are named; together more than an hour on two
processors. Each prints what was tried and what came of it, and everything that
was wrong; the exit status is 1 if anything was. The tests of the same name do a
part of it in minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from . import snapshot
from .call_failures import fail_each, failures
from .campaign import Tally
from .kills import kill_each, kills
from .power_loss import Outage, lose_power
from .subjects import SUBJECTS


def calls(place: Path, command: Path) -> bool:
    """Every system call of every subject with every error it can give."""
    total = Tally()
    for number, (name, make_in) in enumerate(SUBJECTS.items()):
        make = partial(make_in, command)
        here = place / str(number)
        tally = fail_each(make, here, failures(make(here / "first")))
        print(f"{name}: {tally}", flush=True)
        total.add(tally)
    print(f"calls failed: {total.struck}, {len(total.wrong)} wrong")
    return not total.wrong


def killing(place: Path, command: Path) -> bool:
    """SIGKILL and SIGTERM at every system call of every subject."""
    total = Tally()
    for number, (name, make_in) in enumerate(SUBJECTS.items()):
        for signal in ("KILL", "TERM"):
            make = partial(make_in, command)
            here = place / f"{number}{signal}"
            tally = kill_each(make, here, kills(make(here / "first"), signal))
            print(f"{name}, SIG{signal}: {tally}", flush=True)
            total.add(tally)
    print(f"killed: {total.struck}, {len(total.wrong)} wrong")
    return not total.wrong


def power(place: Path, command: Path) -> bool:
    """Power failures at every moment of every subject."""
    total = Outage()
    for number, (name, make) in enumerate(SUBJECTS.items()):
        outage = lose_power(make(command, place / str(number)))
        print(f"{name}: {outage}", flush=True)
        total.add(outage)
    print(f"power failures: {total}")
    return not total.wrong


ITEMS = {"calls": calls, "kills": killing, "power": power}


def main(names: list[str]) -> int:
    """Run the named items; 2 if a name is unknown."""
    unknown = set(names) - set(ITEMS)
    if unknown:
        print(f"{__doc__}\nunknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    good = True
    with tempfile.TemporaryDirectory(prefix="maildrop-py-faults-") as folder:
        command = snapshot.install(Path(folder))
        for name in names or ITEMS:
            began = time.monotonic()
            print(f"== {name}", flush=True)
            good = ITEMS[name](Path(folder) / name, command) and good
            print(f"   {time.monotonic() - began:.0f} s\n", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
