"""greylist: what becomes of one triplet, as a step from what was known to what is known then.

Pure: the clock is a number that comes in. An Entry is what is remembered of a client,
a sender and a recipient; `step` says what to answer now and what to remember.

Guarantees: early retries do not restart the clock; a client that comes back between
`delay` and `window` passes, and goes on passing until it has not been seen for
`remember`. A clock that jumps backwards costs a client one more `delay` at most.
"""

from __future__ import annotations

from typing import NamedTuple

REFRESHED = 86400
"""Seconds: an entry that passes is written again at most once in so many."""


class Terms(NamedTuple):
    """Seconds: how long a client has to wait, may stay away, and is remembered."""

    delay: int = 300
    window: int = 2 * 86400
    remember: int = 60 * 86400


class Entry(NamedTuple):
    """When the triplet was first seen, and when it last passed, 0 if never; since the epoch."""

    first: int
    passed: int = 0


class Step(NamedTuple):
    """What to do now: `why` is new, early, back, known, late, or clock where that was set back.

    The client is to come again in `left` seconds, 0 if it passes. `entry` is what is
    to be remembered from now on, None where that has not changed.
    """

    why: str
    left: int
    entry: Entry | None = None


def step(entry: Entry | None, now: int, terms: Terms) -> Step:
    """The step that follows from `entry`, None for a triplet that nobody remembers."""
    if entry is None:
        return Step("new", terms.delay, Entry(now))
    if entry.passed:
        return _known(entry, now, terms)
    waited = now - entry.first
    if waited < 0:
        return Step("clock", terms.delay, Entry(now))
    if waited < terms.delay:
        return Step("early", terms.delay - waited)
    if waited > terms.window:
        return Step("late", terms.delay, Entry(now))
    return Step("back", 0, Entry(entry.first, now))


def _known(entry: Entry, now: int, terms: Terms) -> Step:
    since = now - entry.passed
    if since > terms.remember:
        return Step("late", terms.delay, Entry(now))
    stale = since < 0 or since > REFRESHED
    return Step("known", 0, Entry(entry.first, now) if stale else None)


def ends(entry: Entry, terms: Terms) -> int:
    """When the entry is of no use any more, in seconds since the epoch."""
    return entry.passed + terms.remember if entry.passed else entry.first + terms.window
