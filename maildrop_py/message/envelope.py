"""envelope: what the mail server knows of a message beside the message itself.

Fields are None where the server gave nothing; an empty `sender` is the null
sender of a bounce (RFC 5321 4.5.5).
"""

from __future__ import annotations

from maildrop_py.record import record

DELIMITER = "+"
"""What usually separates a user's name from an extension: user+extension@domain."""


@record
class Envelope:
    """The envelope (RFC 5321 2.3.1) and the SMTP client, as far as known."""

    sender: str | None = None
    recipient: str | None = None
    extension: str | None = None
    user: str | None = None
    client_address: str | None = None
    client_name: str | None = None  # the verified reverse name, or "unknown"
    helo: str | None = None
    protocol: str | None = None
    authenticated: bool = False


def extension_of(address: str, delimiters: str = DELIMITER) -> str:
    """What follows the first of `delimiters` in the local part of an address; "" if nothing does.

    A delimiter at the beginning is part of the user's name.
    """
    local = address.rpartition("@")[0] if "@" in address else address
    local = local.removeprefix('"').removesuffix('"')
    at = min([found for found in map(local.find, delimiters) if found > 0], default=-1)
    return local[at + 1 :] if at > 0 else ""
