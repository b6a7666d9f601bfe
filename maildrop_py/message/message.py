"""message: a mail as it came, read no further than a rule asks.

A Message has a Source of bytes. Its head is read once; the whole is read
only for `content()` and `parts`. The bytes are never changed.

Reports: a FileSource raises OSError as the file system gives it, among them
FileNotFoundError when another program has moved the message meanwhile.
"""

from __future__ import annotations

import os

from maildrop_py.later import Later
from maildrop_py.message.extent import HEAD_LIMIT, head_end, message_start
from maildrop_py.message.headers import Headers
from maildrop_py.record import record
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from maildrop_py.message import declaration, parts
    from maildrop_py.message.parts import Attachment, Parts

    class MessageFile(Protocol):
        """Where in a Maildir a message is filed, as one file in new/ or cur/.

        `folder` is its logical name, `flags` are Maildir letters, `mtime` is in
        seconds since 1970.
        """

        @property
        def folder(self) -> str: ...
        @property
        def flags(self) -> str: ...
        @property
        def keywords(self) -> tuple[str, ...]: ...
        @property
        def path(self) -> str: ...
        @property
        def mtime(self) -> float: ...

    class Source(Protocol):
        """Where a message's bytes are."""

        @property
        def size(self) -> int:
            """Bytes of the whole message, without a `From ` line on top."""

        def head(self) -> bytes:
            """The bytes through the blank line that ends the header, `From ` line included.

            At most HEAD_LIMIT bytes; shorter only if the message is.
            """

        def content(self, most: int | None = None) -> bytes:
            """The message, `size` bytes or at most so many; without its `From ` line."""

else:
    declaration = Later("maildrop_py.message.declaration")
    parts = Later("maildrop_py.message.parts")

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FIRST_READ = 1 << 12  # bytes: holds the header of most messages, and less of their bodies


@record
class StatedFile:
    """A MessageFile of which everything is given."""

    folder: str = ""
    flags: str = ""
    keywords: tuple[str, ...] = ()
    path: str = ""
    mtime: float = 0.0


def cut_head(data: bytes) -> bytes:
    """The head of a message that begins with `data`."""
    data = data[:HEAD_LIMIT] if len(data) > HEAD_LIMIT else data
    end = head_end(data)
    return data[:end] if end >= 0 else data


UNDECLARED = -1
"""The size of a message that has not come, and whose size nobody said."""


class BytesSource:
    """A message in memory."""

    __slots__ = ("_data", "_from_line")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._from_line = message_start(data)

    @property
    def size(self) -> int:
        return len(self._data) - self._from_line

    def head(self) -> bytes:
        return cut_head(self._data)

    def content(self, most: int | None = None) -> bytes:
        return self._data[self._from_line :][:most]


class FileSource:
    """A message in a regular file, of which no more is read than its head needs.

    A symbolic link is not followed, and a FIFO is not waited for: OSError.
    """

    __slots__ = ("_head", "_start", "_whole", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._head: bytes | None = None
        self._start = -1  # of the message in the file; -1 until it was looked for
        self._whole: bytes | None = None  # of a message that was read to its end at once

    @property
    def size(self) -> int:
        return os.stat(self.path).st_size - self.start

    def head(self) -> bytes:
        if self._head is None:
            self._head = self._read_head()
        return self._head

    @property
    def start(self) -> int:
        """Where the message begins in the file, behind blank lines and a `From ` line."""
        if self._start < 0:
            self._start = message_start(self.head())
        return self._start

    def content(self, most: int | None = None) -> bytes:
        start = self.start
        data = self._whole
        if data is None:
            data = _read_to(self.open(), None if most is None else start + most)
        return data[start:] if start else data

    def open(self) -> int:
        """A descriptor to read the file from; the caller closes it."""
        return open_regular(self.path, follow_link=False)

    def _read_head(self) -> bytes:
        try:
            descriptor = os.open(self.path, _READ)
        except OSError:
            os.close(self.open())  # it says better what is wrong
            raise
        try:
            head, self._whole = read_head(descriptor)
        finally:
            os.close(descriptor)
        if not head:
            os.close(self.open())  # a FIFO is empty too
        return head


def _read_to(descriptor: int, end: int | None) -> bytes:
    """The file from where it stands to `end`; the descriptor is closed.

    Room is made for what there is only: for all that might be read, it takes longer than
    to read most messages.
    """
    with open(descriptor, "rb", buffering=0) as file:
        if end is None or os.fstat(descriptor).st_size <= end:
            return file.read()[:end]
        return file.read(end)


def read_head(descriptor: int) -> tuple[bytes, bytes | None]:
    """The head, at most HEAD_LIMIT bytes, read from the start; and the whole of a short file.

    Each read is four times as long, so that looking for the end stays linear.
    """
    data = more = os.read(descriptor, _FIRST_READ)
    end, wanted = head_end(data), _FIRST_READ
    while end < 0 and more and len(data) < HEAD_LIMIT:
        if len(data) >= wanted:
            wanted *= 4
        more = os.read(descriptor, min(wanted, HEAD_LIMIT) - len(data))
        data += more
        end = head_end(data)
    return data[:end] if end >= 0 else data, data if len(data) < _FIRST_READ else None


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
            self._parts = parts.Parts(self.headers, self.source.content, lambda: self.size)
        return self._parts

    @property
    def may_have_files(self) -> bool:
        """Whether files may be attached, for all that the header says."""
        declared = declaration.declaration(self.headers, "text/plain")
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
