"""parts: bodies and attachments (being written: signatures are final)."""

from __future__ import annotations

from maildrop_py.record import record


@record
class Attachment:
    """One attached file: decoded name, content type in lower case, size in bytes."""

    name: str = ""
    type: str = ""
    size: int = 0


@record
class Parts:
    """The text parts (HTML too), and the rest."""

    bodies: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def read_parts(content: bytes) -> Parts:
    """The parts of a whole message; never raises."""
    return Parts()
