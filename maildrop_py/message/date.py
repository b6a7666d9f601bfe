"""date: when a message was written, by its own Date header (RFC 5322 3.3)."""

from __future__ import annotations


def written_at(date: str) -> float | None:
    """Seconds since the epoch of a Date header's value, None if it cannot be read."""
    from email.utils import mktime_tz, parsedate_tz

    try:
        parsed = parsedate_tz(date)
        return None if parsed is None else float(mktime_tz(parsed))
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def zone_of(date: str) -> int | None:
    """Seconds east of UTC that a Date header's value names, None if it names none."""
    from email.utils import parsedate_tz

    try:
        parsed = parsedate_tz(date)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return None if parsed is None else parsed[9]
