"""remembered: what is kept between requests, as keys and values, and how it is found.

Three kinds: triplets (client, sender, recipient), clients that have sent mail, and
sessions that were let through and have not sent theirs yet. A key is a hash of 16
bytes, so that nobody reads in the store who writes to whom, and an entry is small.
Values are bytes too; whatever does not look like one of ours is as if it were not there.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from maildrop_py.policy.greylist import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Memory(Protocol):
        """A store: what it answers is true, and what it says to have written is written."""

        def read(
            self, keys: list[bytes], now: int, writing: bool = False
        ) -> dict[bytes, bytes] | None:
            """The values of those keys that have not ended at `now`; None if it cannot tell.

            `writing`: `write` follows in any case, so that both may be one transaction.
            """

        def write(self, changes: list[Change], now: int) -> bool:
            """Whether all of `changes` are kept, for every process that asks afterwards."""

        @property
        def warnings(self) -> list[str]:
            """What went wrong; whoever has read it empties it."""


_TRIPLET = Struct(">II")
_CLIENT = Struct(">HI")
_MOST_DIGITS = 9
"""Of the seconds that a session's client is remembered: thirty years."""
HASH = 16  # bytes
SESSION_LIFE = 3600
"""Seconds that a session has to send its message, after the last recipient was named."""
MOST_IN_A_SESSION = 32
"""Triplets that are noted for a session; of more recipients the others are not."""


class Change(NamedTuple):
    """One thing to keep until `ends`; `only_new` leaves one that is there already as it is.

    `pending` are triplets that have not passed yet: what goes first when there are too many.
    """

    key: bytes
    value: bytes
    ends: int
    only_new: bool = False
    pending: bool = False


class Sent(NamedTuple):
    """What a client has sent: how many messages, and when the last was."""

    messages: int = 0
    last: int = 0


NOTHING_SENT = Sent()


class Session(NamedTuple):
    """What is remembered of a session: it waited in the tarpit, and what passed it by."""

    waited: bool = False
    client: str = ""
    triplets: tuple[bytes, ...] = ()
    remember: int = 0


def triplet_key(client: str, sender: str, recipient: str) -> bytes:
    """The key of a triplet, whose sender is normal already."""
    return _hash("t", client, sender, recipient.lower())


@lru_cache(8192)
def client_key(client: str) -> bytes:
    """The key of a client."""
    return _hash("c", client)


def session_key(session: str) -> bytes:
    """The key of a session."""
    return _hash("s", session)


def _hash(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=HASH).digest()


def pack_entry(entry: Entry) -> bytes:
    """A triplet's entry as bytes."""
    return _TRIPLET.pack(entry.first & 0xFFFFFFFF, entry.passed & 0xFFFFFFFF)


def unpack_entry(value: bytes | None) -> Entry | None:
    """What `pack_entry` made of it; None for anything else."""
    return None if value is None or len(value) != 8 else Entry(*_TRIPLET.unpack(value))


def pack_sent(sent: Sent) -> bytes:
    """What a client has sent, as bytes."""
    return _CLIENT.pack(min(sent.messages, 0xFFFF), sent.last & 0xFFFFFFFF)


def unpack_sent(value: bytes | None) -> Sent:
    """What `pack_sent` made of it; nothing sent for anything else."""
    return NOTHING_SENT if value is None or len(value) != 6 else Sent(*_CLIENT.unpack(value))


def pack_session(session: Session) -> bytes:
    """A session as bytes."""
    head = f"{int(session.waited)} {session.remember} {session.client}\0".encode("utf-8", "replace")
    return head + b"".join(session.triplets[:MOST_IN_A_SESSION])


def unpack_session(value: bytes | None) -> Session | None:
    """What `pack_session` made of it; None for anything else."""
    if not value:
        return None
    head, zero, hashes = value.partition(b"\0")
    fields = head.decode("utf-8", "replace").split(" ", 2)
    if not zero or len(fields) != 3 or len(hashes) % HASH:
        return None
    if not (fields[1].isascii() and fields[1].isdigit() and len(fields[1]) <= _MOST_DIGITS):
        return None
    triplets = tuple(hashes[at : at + HASH] for at in range(0, len(hashes), HASH))
    return Session(fields[0] == "1", fields[2], triplets, int(fields[1]))
