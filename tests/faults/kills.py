"""kills: the process is killed at every system call of a run, one in each run.

Killed as it begins a call, the process has not made it; killed behind a call is
killed before the next, for nothing that lasts happens between two calls. So the
last site, the exit itself, is "killed behind everything".

The giver of a killed run was told nothing and tries again. Before that each
message is whole or not there, afterwards it is there once or, at worst, twice.
What is left over lies in tmp/, where it is swept when it is 36 hours old.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults import strace
from tests.faults.campaign import MakeSubject, Tally, wage
from tests.faults.strace import Site
from tests.faults.subject import Subject, Wrong

Kill = tuple[Site, str]


def kills(subject: Subject, signal: str = "KILL") -> list[Kill]:
    """Each call of an undisturbed run, with the signal that comes there."""
    log = subject.place / "calls"
    subject.reset()
    if not subject.attempt(strace.recording(log)):
        raise Wrong("an undisturbed run did not succeed")
    return [(site, signal) for site in strace.sites(log, subject.marker)]


def kill_each(
    make: MakeSubject, place: Path, chosen: list[Kill], enough: int | None = None
) -> Tally:
    """Let each of `chosen` happen, or as many as are `enough`."""
    return wage(make, place, chosen, strike, enough)


def strike(subject: Subject, kill: Kill) -> Tally:
    """One run that is killed, and one that is not."""
    site, signal = kill
    tally, log = Tally(), subject.place / "log"
    subject.reset()
    try:
        told = subject.attempt(strace.signalling(site, signal, log))
        _judge(subject, told, tally)
    except Wrong as wrong:
        tally.wrong.append(str(wrong))
    if not strace.struck(log):
        return Tally(missed=1)
    tally.struck = 1
    what = f"{subject.name}: SIG{signal} at {site.name} #{site.number}"
    tally.wrong = [f"{what}: {fault}" for fault in tally.wrong]
    return tally


def _judge(subject: Subject, told: bool, tally: Tally) -> None:
    tally.done, tally.deferred = int(told), int(not told)
    before = subject.look()
    tally.leftovers = before.leftovers
    tally.wrong += before.faults
    if subject.there_before and before.fewest < 1:
        tally.wrong.append("lost")
    if not told and before.most > 1:
        tally.wrong.append(f"there {before.most} times after one run")
    if not told and not subject.attempt():
        tally.wrong.append("a second, undisturbed run did not succeed")
    after = subject.look()
    tally.wrong += after.faults
    tally.doubled = int(after.most > 1 or after.excused > 0)
    again = int(not told and not subject.there_before)
    if not (after.settled and 1 <= after.fewest <= after.most <= before.most + again):
        tally.wrong.append(f"there {after.fewest} to {after.most} times in the end")
