"""full_run: the items of the full run; each prints its figures and says whether all was well."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.call_failures import fail_each, failures
from tests.faults.campaign import MakeSubject, Tally
from tests.faults.full_disks import deliver_short, shortages
from tests.faults.hostile import corpus, fuzzer, growth
from tests.faults.hostile.targets import TARGETS
from tests.faults.kills import kill_each, kills
from tests.faults.one_shot import soak_deliver
from tests.faults.power_loss import Outage, lose_power
from tests.faults.serving.soaking import soak_serve
from tests.faults.small_disk import KINDS, NotHere
from tests.faults.soak import Ledger
from tests.faults.subjects import SUBJECTS
from tests.support.dns_server import DnsServer

Soak = Callable[[Path, Path, DnsServer, float], Ledger]
SOAKS: dict[str, Soak] = {
    "deliver": soak_deliver,
    "serve, one user": partial(soak_serve, as_root=False),
} | ({"serve, as root": partial(soak_serve, as_root=True)} if os.geteuid() == 0 else {})


@dataclass(frozen=True)
class Run:
    """A folder for what is made, the program's command, what is wanted, and how long to try.

    Of the calls that fail or kill one in `every` is struck, and so of the shortages.
    """

    place: Path
    command: Path
    subjects: tuple[str, ...]
    seconds: float
    every: int = 1

    def makers(self) -> list[tuple[str, Path, MakeSubject]]:
        """The subjects: name, a folder of its own, how to make one."""
        return [
            (name, self.place / str(number), partial(make, self.command))
            for number, (name, make) in enumerate(SUBJECTS.items())
            if name.startswith(self.subjects)
        ]


def calls(run: Run) -> bool:
    """Every system call of every subject with every error it can give."""
    total = Tally()
    for name, place, make in run.makers():
        tally = fail_each(make, place, failures(make(place / "first"))[:: run.every])
        print(f"{name}: {tally}", flush=True)
        total.add(tally)
    print(f"calls failed: {total.struck}, {len(total.wrong)} wrong")
    return not total.wrong


def killing(run: Run) -> bool:
    """SIGKILL and SIGTERM at every system call of every subject."""
    total = Tally()
    for signal in ("KILL", "TERM"):
        for name, place, make in run.makers():
            here = place / signal
            tally = kill_each(make, here, kills(make(here / "first"), signal)[:: run.every])
            print(f"{name}, SIG{signal}: {tally}", flush=True)
            total.add(tally)
    print(f"killed: {total.struck}, {len(total.wrong)} wrong")
    return not total.wrong


def power(run: Run) -> bool:
    """Power failures at every moment of every subject, and of runs after killed runs."""
    total = Outage()
    for name, place, make in run.makers():
        subject = make(place)
        outage = lose_power(subject)
        for call in ("mkdir", "fsync", "link", "rename", "unlink", "write"):
            for number in range(1, 20):
                outage.add(
                    lose_power(subject, [["-e", f"inject={call}:signal=KILL:when={number}"]])
                )
        print(f"{name}: {outage}", flush=True)
        total.add(outage)
    print(f"power failures: {total}")
    return not total.wrong


def disks(run: Run) -> bool:
    """Every number of blocks and inodes left, on every file system there is."""
    total = Tally()
    for kind, mounted in KINDS.items():
        for name, place, make in run.makers():
            here = place / kind.replace(" ", "-")
            try:
                with mounted(here / "mount") as disk:
                    (here / "place").mkdir()
                    (here / "place/home").symlink_to(disk)
                    subject = make(here / "place")
                    scarce = shortages(*(((0,), ()) if "quota" in kind else ()))
                    for shortage in scarce[:: run.every]:
                        total.add(deliver_short(subject, disk, shortage))
            except NotHere as reason:
                print(f"{kind}: not on this machine: {reason}")
                break
            print(f"{kind}, {name}: {total}", flush=True)
    print(f"full disks: {total}")
    return not total.wrong


def hostile(run: Run) -> bool:
    """Inputs for every target, for `seconds` each; what breaks a promise joins the corpus."""
    if not fuzzer.works():
        print(f"input: not on this machine: {fuzzer.NEEDS}")
        return True
    tried, good = 0, True
    seed = time.time_ns() % 2**32
    for name, target in TARGETS.items():
        search = fuzzer.search(target, seed, fuzzer.Effort(seconds=max(int(run.seconds), 1)))
        tried += search.tried
        print(f"{name}: {search.tried} tried, {search.new} led somewhere new", flush=True)
        if finding := search.finding:
            kept = corpus.keep(target, finding.data)
            print(f"  WRONG: {finding.error}: {finding.data!r}: {kept}")
            good = False
    print(f"inputs tried: {tried} (seed {seed})")
    return good


def growing(run: Run) -> bool:
    """Processor time for inputs that double in size."""
    grown = [found for target in TARGETS.values() for found in growth.timed(target)]
    bad = [found for found in grown if found.factor > growth.MOST]
    for found in bad if bad else sorted(grown, key=lambda found: -found.factor)[:5]:
        print(f"{'TOO FAST: ' if bad else ''}{found}", flush=True)
    print(f"kinds of growing input: {len(grown)}, {len(bad)} too slow")
    return not bad


def soaking(run: Run) -> bool:
    """Everything at once for ten times `seconds`, for each way of delivering."""
    good = True
    for name, soaked in SOAKS.items():
        if not name.startswith(run.subjects):
            continue
        dns, place = DnsServer(), run.place / name.replace(" ", "-")
        place.mkdir(parents=True)
        try:
            ledger = soaked(run.command, place, dns, 10 * run.seconds)
        finally:
            dns.close()
        print(f"{name}: {ledger}", flush=True)
        good = good and not ledger.wrong()
    return good


ITEMS: dict[str, Callable[[Run], bool]] = {
    "power": power,
    "disks": disks,
    "growth": growing,
    "input": hostile,
    "soak": soaking,
    "kills": killing,
    "calls": calls,
}
