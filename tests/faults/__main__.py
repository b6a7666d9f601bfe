"""The full run: `python -m tests.faults [power | disks | growth | input | soak | kills | calls]...`

All of them, unless some are named; together some hours on two processors. Each
prints what was tried and what came of it, and everything that was wrong; the
exit status is 1 if anything was. `--subject deliver` leaves out the subjects
that are called otherwise; `--seconds 360` is how long each kind of input is
tried, and a tenth of the soak. The tests do a part of it all in minutes.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.faults import snapshot
from tests.faults.full_run import ITEMS, Run


def main() -> int:
    """Run the named items; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("items", nargs="*", choices=[*ITEMS, []], default=[])
    parser.add_argument("--subject", action="append", help="only those whose names begin so")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--every", type=int, default=1, help="of the calls, and shortages, one in so many"
    )
    told = parser.parse_args()
    good = True
    with snapshot.open_folder() as folder:
        command = snapshot.install(folder)
        for name in told.items or ITEMS:
            began = time.monotonic()
            print(f"== {name}", flush=True)
            subjects = tuple(told.subject or [""])
            run = Run(folder / name, command, subjects, told.seconds, told.every)
            good = ITEMS[name](run) and good
            print(f"   {time.monotonic() - began:.0f} s\n", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
