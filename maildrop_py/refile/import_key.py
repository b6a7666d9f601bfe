"""import_key: what an imported message is known by, so that it is not imported twice.

A key has two halves, the hash of the header and that of the body. Fields that
programs change while a message stays in its mailbox (Status, X-UID and so on) do
not count, nor does the `From ` line, so that mail is known again after it was
read. Two messages with one header and different bodies have different keys.

Journals of earlier versions have the hash of the header alone, with all fields.
"""

from __future__ import annotations

import hashlib

from maildrop_py.message.extent import message_start
from maildrop_py.message.header_edits import cuts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.message.message import Message

CHANGING = (
    *("Status", "X-Status", "X-Keywords", "X-UID", "X-UIDL", "X-IMAP", "X-IMAPbase"),
    *("X-Mozilla-Status", "X-Mozilla-Status2", "X-Mozilla-Keys", "Content-Length", "Lines"),
)
_DIGITS = 16


class ImportedBefore:
    """The messages that earlier imports have delivered, by their `keys`."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._headers = frozenset(key.partition(".")[0] for key in self._keys)

    def has(self, message: Message, pieces: Iterable[bytes]) -> bool:
        """Whether `message` is one of them; `pieces` is the whole, read only if that is needed."""
        head = message.source.head()
        if _digest(head) in self._keys:
            return True
        key = ImportKey(head)
        if key.header not in self._headers:
            return False
        for piece in pieces:
            key.read(piece)
        return key.text in self._keys


class ImportKey:
    """The key of a message that begins with `head`; read() the whole in pieces for `text`."""

    def __init__(self, head: bytes) -> None:
        kept, at = [], message_start(head)
        for start, end in cuts(head, CHANGING):
            kept.append(head[at:start])
            at = end
        self.header = _digest(b"".join((*kept, head[at:])))
        self._left = len(head)
        self._body = hashlib.sha256()

    def read(self, piece: bytes) -> None:
        """The next piece of the message."""
        self._body.update(piece[self._left :])
        self._left = max(self._left - len(piece), 0)

    @property
    def text(self) -> str:
        """The key, as journals have it."""
        return f"{self.header}.{self._body.hexdigest()[:_DIGITS]}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]
