"""received: one hop of a message's way (being written: signatures are final)."""

from __future__ import annotations

from maildrop_py.record import record


@record
class Hop:
    """What one server wrote of its client; "" for what it did not write."""

    helo: str = ""
    name: str = ""  # the reverse name the server verified, "" or "unknown" if none
    address: str = ""  # IPv4 or IPv6 as text, without brackets and IPv6: tag
    by: str = ""
    protocol: str = ""
    recipient: str = ""
    authenticated: bool = False


def parse(value: str) -> Hop | None:
    """The hop that a Received field's value (unfolded) tells of; None if not understood."""
    return None
