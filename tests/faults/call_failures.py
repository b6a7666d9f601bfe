"""call_failures: every system call of a run fails, one in each run, in every way it can.

A call that writes can also do half of its work, which is no failure, but has to
be seen. After "done" each message lies there exactly once and whole. After "try again"
there is nothing, and an undisturbed second run does it all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.faults import short_writes, strace
from tests.faults.campaign import MakeSubject, Tally, wage
from tests.faults.errnos import errnos_of
from tests.faults.strace import Site
from tests.faults.subject import Subject, Wrong

Failure = tuple[Site, str]
"""A call, and its errno or SHORT."""

SHORT = "short"


def failures(subject: Subject) -> list[Failure]:
    """Each call of an undisturbed run with each error that it can give; writes also SHORT."""
    log = subject.place / "calls"
    subject.reset()
    if not subject.attempt(strace.recording(log)):
        raise Wrong("an undisturbed run did not succeed")
    return [
        (site, error)
        for site in strace.sites(log, subject.marker)
        for error in _ways_to_fail(site.name)
    ]


def _ways_to_fail(call: str) -> list[str]:
    short = short_writes.works() and call in short_writes.SIZE_ARGUMENT
    return [*errnos_of(call), *([SHORT] if short else [])]


def fail_each(
    make: MakeSubject, place: Path, chosen: list[Failure], enough: int | None = None
) -> Tally:
    """Let each of `chosen` happen, or as many as are `enough`."""
    return wage(make, place, chosen, strike, enough)


def strike(subject: Subject, failure: Failure) -> Tally:
    """One run in which one call fails, and what came of it."""
    site, error = failure
    tally, log = Tally(), subject.place / "log"
    subject.reset()
    try:
        told = subject.attempt(_under(site, error, log))
        _judge(subject, told, tally)
    except Wrong as wrong:
        tally.wrong.append(str(wrong))
    if not strace.struck(log):
        return Tally(missed=1)
    tally.struck = 1
    what = f"{subject.name}: {site.name} #{site.number} {error}"
    tally.wrong = [f"{what}: {fault}" for fault in tally.wrong]
    return tally


def _under(site: Site, error: str, log: Path) -> list[str]:
    if error == SHORT:
        return short_writes.shortening(site.name, site.number, log)
    return strace.failing(site, error, log)


def _judge(subject: Subject, told: bool, tally: Tally) -> None:
    tally.done, tally.deferred = int(told), int(not told)
    if not told:
        tally.wrong += _faults_of_a_failed_run(subject)
        if not subject.attempt():
            tally.wrong.append("a second, undisturbed run did not succeed")
    sight = subject.look()
    tally.fallbacks, tally.leftovers = int(sight.fallback), sight.leftovers
    tally.doubled = int(sight.excused > 0)
    tally.wrong += sight.faults
    if not (sight.fewest == sight.most == 1 and sight.settled):
        tally.wrong.append(f"done, but there {sight.fewest} to {sight.most} times")


def _faults_of_a_failed_run(subject: Subject) -> Iterator[str]:
    """Mail that was there before is there still; a message that comes is not there yet."""
    sight = subject.look()
    yield from sight.faults
    if subject.there_before and sight.fewest < 1:
        yield "lost"
    if sight.most > int(subject.there_before):
        yield f"deferred, but there {sight.most} times"
