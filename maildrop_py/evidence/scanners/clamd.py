"""clamd: ClamAV's daemon, asked with INSTREAM. Reports: NoAnswer.

The message goes in pieces of 64 KB; clamd says where it is too large for it
(StreamMaxLength) and takes no more, so its answer is read then too.
"""

from __future__ import annotations

from maildrop_py.evidence.scanners.answer import About, Answer, NoAnswer
from maildrop_py.evidence.scanners.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.budget import Budget

NAME = "clamd"
PORT = 3310
LIMIT = 25 << 20  # bytes: clamd's own default

_PIECE = 1 << 16


def check(content: bytes, about: About, address: str, budget: Budget) -> Answer:
    """The viruses in a whole message."""
    with Connection(address, PORT, budget) as connection:
        connection.send(b"zINSTREAM\0")
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            connection.send(len(piece).to_bytes(4, "big") + piece)
        connection.send(bytes(4))
        data = connection.receive_until(b"\0")
    said, end, _ = data.partition(b"\0")
    return _read(said.decode("utf-8", "replace").strip(), complete=bool(end))


def _read(said: str, complete: bool) -> Answer:
    """What an answer says, which ends with a NUL."""
    if said and not complete:
        raise NoAnswer(f"its answer was cut off: {said[:100]!r}")
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND").rpartition(": ")[2]
        return Answer(NAME, flag=True, names=(name,))
    if said.endswith(": OK"):
        return Answer(NAME, flag=False)
    raise NoAnswer(f"it says {said[:100]!r}" if said else "it closed the connection")
