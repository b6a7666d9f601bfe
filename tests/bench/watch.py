"""watch: how soon single arrivals are filed, and whether a burst is filed whole.

A message's latency is the time between the rename that puts it into new/ and the
rename that files it, which the kernel notes in the inode to some 4 ms.

A burst comes twice, and each time the kernel drops events: once because the
watcher stands still (SIGSTOP) until more have come than the kernel keeps, and,
where root measures, because it keeps 64 and no more.

`ARRIVALS` and `BURST` in the environment set other numbers of messages.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

from tests.bench.load import Rule, message
from tests.bench.place import environment, home_of
from tests.bench.rivals.maildrop_py import write_rules
from tests.bench.rivals.rival import make_maildir
from tests.bench.table import markdown, verdict
from tests.bench.user import account, hand_over
from tests.support.waiting import wait_until

ARRIVALS = int(os.environ.get("ARRIVALS", "500"))
BURST = int(os.environ.get("BURST", "20000"))
RULES = [Rule("List-Id", "list0.example.org", "L0")]
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
SMALL_QUEUE = 64
LIMIT = 0.2  # seconds


def report() -> str:
    """Two tables, and whether the promises were kept."""
    latencies = sorted(_singles())
    soon = sum(latency <= LIMIT for latency in latencies) / len(latencies)
    row = [f"{1000 * _at(latencies, share):.0f} ms" for share in (0.5, 0.9, 0.99, 1.0)]
    singles = markdown(
        [f"{ARRIVALS:,} single arrivals", "median", "90 %", "99 %", "slowest"], [["filed", *row]]
    )
    bursts = {"watcher stopped meanwhile": _burst(stopped=True)}
    if os.access(QUEUE, os.W_OK):
        bursts[f"queue of {SMALL_QUEUE} events"] = _burst(stopped=False)
    burst = markdown(
        [f"Burst of {BURST:,} messages", "filed", "different", "seconds"],
        [
            [name, str(len(found)), str(len(set(found))), f"{seconds:.1f}"]
            for name, (found, seconds) in bursts.items()
        ],
    )
    kept = all(sorted(found) == list(range(BURST)) for found, _ in bursts.values())
    return "\n".join(
        [
            singles,
            "",
            f"share within 200 ms: {verdict(soon, 0.99, at_least=True)}",
            "",
            burst,
            "",
            f"{'kept' if kept else 'MISSED'}: all filed, none twice",
        ]
    )


def _at(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


def _singles() -> list[float]:
    home = home_of("watch")
    new, filed = _start(home)
    text = message(4000, RULES)
    begun: dict[int, float] = {}
    with _watching(home):
        for number in range(ARRIVALS):
            path, inode = _deliver(home, number, text)
            begun[inode] = time.time()
            wait_until(partial(_is_gone, path), "it is filed")
            time.sleep(0.02 + number % 10 / 100)
    assert not list(new.iterdir())
    found = {path.stat().st_ino: path.stat().st_ctime for path in filed.iterdir()}
    return [found[inode] - came for inode, came in begun.items()]


def _is_gone(path: Path) -> bool:
    return not path.exists()


def _burst(stopped: bool) -> tuple[list[int], float]:
    """The numbers of the messages that were filed, and the seconds from the last arrival on."""
    if stopped and int(QUEUE.read_text()) >= BURST:
        raise OSError(f"{BURST} messages are too few: the kernel keeps {QUEUE.read_text()} events")
    home = home_of("burst")
    new, filed = _start(home)
    text = message(1000, RULES)
    with _watching(home, None if stopped else SMALL_QUEUE) as process:
        if stopped:
            process.send_signal(signal.SIGSTOP)
        for number in range(BURST):
            _deliver(home, number, text.replace(b"<1@", b"<%d@" % number))
        start = time.perf_counter()
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: not any(new.iterdir()), "all are filed", 600)
        seconds = time.perf_counter() - start
        time.sleep(1)
    ids = [path.read_bytes().partition(b"Message-ID: <")[2] for path in filed.iterdir()]
    return [int(one.partition(b"@")[0]) for one in ids], seconds


def _start(home: Path) -> tuple[Path, Path]:
    make_maildir(home / "Maildir")
    filed = make_maildir(home / "Maildir/.L0")
    (filed / "maildirfolder").touch()
    write_rules(home, RULES)
    hand_over(home)
    return home / "Maildir/new", filed / "new"


def _deliver(home: Path, number: int, text: bytes) -> tuple[Path, int]:
    """Puts a message into new/; its path there, and its inode."""
    name = f"{time.time_ns()}.{number}.host,S={len(text)}"
    draft = home / "Maildir/tmp" / name
    draft.write_bytes(text)
    if os.geteuid() == 0:
        os.chown(draft, *account().ids)
    path = home / "Maildir/new" / name
    inode = draft.stat().st_ino
    draft.rename(path)
    return path, inode


class _watching:
    """`watch` as the user; `queue` is how many events the kernel keeps for it."""

    def __init__(self, home: Path, queue: int | None = None) -> None:
        self._home = home
        self._queue = queue if os.access(QUEUE, os.W_OK) else None

    def __enter__(self) -> subprocess.Popen[bytes]:
        before = QUEUE.read_text()
        if self._queue is not None:
            QUEUE.write_text(str(self._queue))
        try:
            self._process = self._run()
            first, _ = _deliver(self._home, -1, message(1000, RULES))
            wait_until(lambda: not first.exists(), "it runs")
            for path in (self._home / "Maildir/.L0/new").iterdir():
                path.unlink()
        finally:
            if self._queue is not None:
                QUEUE.write_text(before)  # a queue keeps the length that it was made with
        return self._process

    def _run(self) -> subprocess.Popen[bytes]:
        who = account().ids if os.geteuid() == 0 else (None, None)
        with (self._home / "out").open("wb") as out:
            return subprocess.Popen(
                [str(environment() / "bin/maildrop-py"), "watch", str(self._home / "Maildir")],
                env={"HOME": str(self._home), "PATH": "/usr/bin:/bin"},
                stdout=out,
                stderr=out,
                user=who[0],
                group=who[1],
                extra_groups=[] if who[0] is not None else None,
            )

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait(60)
