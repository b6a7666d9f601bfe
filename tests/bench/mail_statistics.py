"""mail_statistics: `stats` over a million log lines, and Postfix's log against pflogsumm.

    python -m tests.bench.mail_statistics [ENTRIES [SESSIONS]]

A made-up month of ENTRIES (a million) becomes a page; the same number of messages whose senders,
folders, rules and hosts are all different and 250 characters long does too. The log of a
private Postfix after SESSIONS (2,000) sessions, twenty times over, is counted by `stats
--maillog` and by pflogsumm; that needs root, Postfix and pflogsumm. Memory is that of all
processes together (PSS), looked at every 20 ms.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import markdown, times, verdict
from tests.support.end_to_end.postfix import Postfix
from tests.support.pflogsumm import PFLOGSUMM
from tests.support.postfix_load import Load
from tests.support.statistics import entry, month

SECONDS, MEGABYTES, PAGE = 20.0, 100.0, 1.0
PROGRAM = [sys.executable, "-m", "maildrop_py", "stats"]
ROUNDS = 3
TIMES = 20


def measured(argv: list[str | Path]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processors, and MB of all processes at their most."""
    before = os.times()
    start = time.perf_counter()
    most = 0
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_pss, _family(process.pid))))
            time.sleep(0.02)
    taken = time.perf_counter() - start
    if process.returncode:
        raise OSError(f"{argv}: {process.returncode}")
    after = os.times()
    used = after.children_user + after.children_system
    return taken, used - before.children_user - before.children_system, most / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _pss(pid: int) -> int:
    """KiB of memory, that which is shared divided among those who share it."""
    try:
        found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def hostile(path: Path, number: int) -> Path:
    """A log in which every name is another one, and long."""
    long = "x" * 250
    with open(path, "w") as file:
        for at in range(number):
            names = {
                "sender": f"{at}{long}@{at}.example",
                "folders": [f"Lists/{at}{long}"],
                "rule": f"{at}{long}",
                "list_id": f"<{at}{long}>",
                "client_address": f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}",
                "client_name": f"{at}{long}.{at}",
                "reasons": [f"{at}{long}"],
            }
            file.write(json.dumps(entry(**names)) + "\n")
    return path


def deliveries(folder: Path, number: int) -> str:
    """The table of the delivery log, and whether what is promised is kept."""
    rows, verdicts = [], []
    for name, log in (
        ("a month", month(folder / "month", "--entries", str(number))),
        ("every name another one", hostile(folder / "hostile", number)),
    ):
        page = folder / "page.html"
        taken, processor, memory = measured([*PROGRAM, "--log", log, "--html", page])
        size = page.stat().st_size / 1e6
        rows.append(
            [name, f"{taken:.1f} s", f"{processor:.1f} s", f"{memory:.0f} MB", f"{size:.2f} MB"]
        )
        verdicts += [
            f"{name}, seconds: {verdict(taken, SECONDS)}",
            f"{name}, MB of memory: {verdict(memory, MEGABYTES)}",
            f"{name}, MB of page: {verdict(size, PAGE)}",
        ]
        log.unlink()
    headings = [f"{number:,} entries to a page", "time", "processors", "memory", "page"]
    return "\n".join([markdown(headings, rows), "", *verdicts])


def maillog(folder: Path, sessions: int) -> str:
    """The table of Postfix's log: processor time, least of some rounds."""
    if PFLOGSUMM is None or os.geteuid() != 0:
        return "maillog: needs root, Postfix and pflogsumm"
    log = _log_of_postfix(folder, sessions)
    lines = log.read_bytes().count(b"\n")
    commands: dict[str, list[str | Path]] = {
        "pflogsumm": [PFLOGSUMM, log],
        "pflogsumm --smtpd-stats": [PFLOGSUMM, "--smtpd-stats", log],
        "stats --maillog --html": [*PROGRAM, "--maillog", log, "--html", "-"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, argv in commands.items():
            taken[name].append(measured(argv)[1])
    best = {name: min(each) for name, each in taken.items()}
    base = best["pflogsumm"]
    rows = [[name, f"{value:.2f} s", times(base / value)] for name, value in best.items()]
    table = markdown([f"{lines:,} lines of Postfix's log", "processor", "pflogsumm's rate"], rows)
    ratio = base / best["stats --maillog --html"]
    return f"{table}\n\nagainst pflogsumm: {verdict(ratio, 1.0, at_least=True)}"


def _log_of_postfix(folder: Path, sessions: int) -> Path:
    postfix = Postfix(folder / "postfix")
    postfix.start()
    try:
        load = Load(postfix)
        load.prepare()
        text = load.run(sessions).read_text(errors="replace")
    finally:
        postfix.stop()
    log = folder / "mail.log"
    with open(log, "w") as file:
        for number in range(TIMES):  # each time with other queue ids
            suffix = chr(ord("A") + number)
            file.write(re.sub(r"(\]: [0-9A-Za-z]{9,}): ", rf"\1{suffix}: ", text))
    return log


def main(arguments: list[str]) -> None:
    """Print both tables."""
    entries, sessions = [*map(int, arguments), 1_000_000, 2_000][:2] if arguments else (10**6, 2000)
    with tempfile.TemporaryDirectory(prefix="maildrop-py-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        print(deliveries(folder, entries), maillog(folder, sessions), sep="\n\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
