"""settled: waits until the file system makes new files at its usual speed.

ext4 without a journal does not use the inode of a removed file again for one minute
(six, if that is not on disk yet), and looks at all of them whenever it makes a file. After
a run of tests, which removes thousands, that takes longer than a delivery: whoever is
quicker loses more of its lead. A hard link needs no inode, so it tells what is usual.

Known limits: other block groups of the file system may be in another state.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

FILES = 100
USUAL = 3.0  # times the processor time of a link
LONGEST = 400.0  # seconds
PAUSE = 10.0  # seconds


def settle(place: Path, longest: float = LONGEST) -> str:
    """Wait, `longest` seconds at most; what is to be said of the disk then."""
    folder = place / "settling"
    folder.mkdir(exist_ok=True)
    began = time.monotonic()
    while True:
        cost = _cost(folder / str(time.monotonic_ns()))
        waited = time.monotonic() - began
        if cost <= USUAL or waited + PAUSE > longest:
            state = "is settled" if cost <= USUAL else "is NOT settled"
            return f"The disk {state}: a new file costs {cost:.1f} links; waited {waited:.0f} s."
        time.sleep(PAUSE)


def _cost(folder: Path) -> float:
    """Processor time to make a file, in links. What is made stays: to remove it unsettles."""
    folder.mkdir()
    names = [str(folder / str(number)) for number in range(FILES)]
    began = time.thread_time()
    for name in names:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    made = time.thread_time()
    for name in names:
        os.link(name, f"{name}.link")
    return (made - began) / (time.thread_time() - made)
