"""would_wait: said instead of waiting, where nobody may wait; a delivery by itself always may."""

from __future__ import annotations


class WouldWait(Exception):
    """A rule asked for what may take time, and it was said that nobody may wait now."""
