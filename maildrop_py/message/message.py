"""message: a mail as it came, read no further than a rule asks.

A Message has a Source of bytes. Its head is read once; the whole is read
only for `content()` and `parts`. The bytes are never changed.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.message.extent import message_start
from maildrop_py.message.headers import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message import declaration, parts
    from maildrop_py.message.message_file import MessageFile
    from maildrop_py.message.parts import Attachment, Parts
    from maildrop_py.message.source import Source
else:
    declaration = Later("maildrop_py.message.declaration")
    parts = Later("maildrop_py.message.parts")


class Message:
    """One mail: `headers`, `size`, `content()` and `parts`, each on demand."""

    __slots__ = ("_headers", "_parts", "file", "source")

    def __init__(self, source: Source, *, file: MessageFile | None = None) -> None:
        self.source = source
        self.file = file
        self._headers: Headers | None = None
        self._parts: Parts | None = None

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            self._headers = Headers(self.source.head(), is_cut=True)
        return self._headers

    @property
    def size(self) -> int:
        """Bytes of the whole, without a `From ` line."""
        return self.source.size

    def content(self) -> bytes:
        """The whole message, without a `From ` line on top."""
        return self.source.content()

    def body(self) -> bytes:
        """What is behind the header and its blank line, as it came."""
        head = self.source.head()
        return self.content()[len(head) - message_start(head) :]

    @property
    def parts(self) -> Parts:
        """Texts and attachments, each read when it is asked for."""
        if self._parts is None:
            source = self.source  # without `self`: a circle would keep the body for long
            self._parts = parts.Parts(self.headers, source.content, lambda: source.size)
        return self._parts

    @property
    def may_have_files(self) -> bool:
        """Whether files may be attached, for all that the header says."""
        declared = declaration.declaration(self.headers)
        return declared.is_container or declared.is_file

    @property
    def has_read_parts(self) -> bool:
        """Whether its parts were asked for."""
        return self._parts is not None

    @property
    def limits_reached(self) -> tuple[str, ...]:
        """In words, the limits that were reached while parts were read; none is read for this."""
        return () if self._parts is None else self._parts.cuts

    @property
    def attachments_seen(self) -> tuple[Attachment, ...]:
        """The attached files if somebody asked for them before; nothing is read for this."""
        return () if self._parts is None else self._parts.attachments_seen
