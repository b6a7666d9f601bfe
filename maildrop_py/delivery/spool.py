"""spool: a message as it comes in, and the source of the files that are made of it.

A message of up to IN_MEMORY bytes is kept in memory and written once, when it
is known which folder it goes to. A larger one is written into tmp/ of the
Maildir as it comes, and only its header stays in memory. Each copy of it is a
TmpFile in the wanted folder's tmp/: new bytes, one more link to a file with the
same bytes, or a copy where no link is possible.

Guarantee: every byte as it came, except that a `From ` line on top is kept
apart, and that lines are put on top and fields cut out as the rules want it. A
200 MB message needs no more memory than one of HEAD_LIMIT bytes.

Reports: DiskFull, OverQuota, StorageFailed. Leaving the context removes its file
from tmp/ in any case.
"""

from __future__ import annotations

import os

from maildrop_py.delivery.trace_headers import on_top
from maildrop_py.maildir.maildir import INBOX, storage
from maildrop_py.maildir.tmp_file import TmpFile, WrittenFile
from maildrop_py.maildir.unique_name import wire_size
from maildrop_py.message.extent import HEAD_LIMIT, head_end, message_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.delivery.large_file import LargeFile
    from maildrop_py.maildir.maildir import Folder, Maildir
    from maildrop_py.message.envelope import Envelope

IN_MEMORY = 256 * 1024  # bytes


class Edits:
    """What is changed in a message's head: `top` is put above it, the `cuts` are left out.

    `cuts` are (start, end) offsets in the head as it came, with its `From ` line, in order.
    """

    __slots__ = ("cuts", "top")

    def __init__(self, top: bytes = b"", cuts: tuple[tuple[int, int], ...] = ()) -> None:
        self.top = top
        self.cuts = cuts


class Spool:
    """Takes a message with write(), then finish(); a Source for Message.

    If `envelope` is known already, Return-Path and Delivered-To are written on
    top of a large message at once, so that it need not be copied for them later.
    `from_line` is the `From ` line that was on top; `size` does not count it.
    """

    def __init__(
        self, maildir: Maildir, envelope: Envelope | None = None, *, in_memory: int = IN_MEMORY
    ) -> None:
        self.maildir = maildir
        self.size = 0
        self.from_line = b""
        self._envelope = envelope
        self._in_memory = in_memory
        self._pieces: list[bytes] = []
        self._kept = 0
        self._data = b""  # the whole, or of a large message the beginning
        self._head: bytes | None = None
        self._large: LargeFile | None = None
        self._made: list[tuple[Edits, TmpFile]] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @classmethod
    def of_pieces(cls, pieces: Iterable[bytes], maildir: Maildir) -> Spool:
        """A Spool with a whole message in it."""
        spool = cls(maildir)
        for piece in pieces:
            spool.write(piece)
        return spool.finish()

    def write(self, data: bytes) -> None:
        """Take the next piece, of any length."""
        if self._large is not None:
            if self._head is None and len(self._data) < HEAD_LIMIT:
                self._data += data[: HEAD_LIMIT - len(self._data)]
            with storage(self.maildir.root):
                self._large.append(data)
            return
        self._pieces.append(data)
        self._kept += len(data)
        if self._kept > self._in_memory:
            self._spill()

    def finish(self) -> Spool:
        """The message is complete."""
        if self._large is not None:
            self.size = self._large.size
        else:
            self._gather()
            self.size = len(self._data) - len(self.from_line)
        return self

    def head(self) -> bytes:
        """The bytes through the blank line behind the header, `From ` line included."""
        if self._head is None:
            data = self._data[:HEAD_LIMIT]
            end = head_end(data)
            self._head = data[:end] if end >= 0 else data
        return self._head

    def content(self, most: int | None = None) -> bytes:
        """The message, or at most so many bytes of it, without its `From ` line, in memory."""
        if self._large is not None:
            with storage(self.maildir.root):
                return self._large.content(most)
        return self._data[len(self.from_line) :][:most]

    def close(self) -> None:
        """Forget the message; the copies that were made of it stay."""
        if self._large is not None:
            self._large.close()
        self._pieces, self._data, self._made = [], b"", []

    def write_copy(self, folder: Folder, edits: Edits, copies: list[TmpFile]) -> None:
        """Write the message with its `edits` into tmp/ of `folder`, unsynced, into `copies` too.

        Raises OSError; the caller discards `copies` whatever happens.
        """
        for same, made in self._made:
            if same.top == edits.top and same.cuts == edits.cuts:
                copies.append(TmpFile(folder, made.written))
                if copies[-1].create_linked(made.path):
                    return
                copies.pop()
        if self._large is not None:
            known = len(self._data) - len(self.from_line)
            self._large.write_copy(folder, edits, self._edited(edits), known, copies)
        else:
            copies.append(TmpFile(folder))
            self._write(copies[-1], edits)
        self._made.append((edits, copies[-1]))

    def open(self, edits: Edits | None = None) -> int:
        """A descriptor to read the message with its `edits` from; the caller closes it."""
        with storage(self.maildir.root):
            if self._large is None and hasattr(os, "memfd_create"):
                return _memory_file(self._edited(edits or Edits()))
            return self._open_file(edits or Edits())

    def _open_file(self, edits: Edits) -> int:
        copies: list[TmpFile] = []
        try:
            self.write_copy(self.maildir.folder(INBOX), edits, copies)
            return os.open(copies[-1].path, os.O_RDONLY | os.O_CLOEXEC)
        finally:
            for copy in copies:
                copy.discard()

    def _gather(self) -> None:
        self._data = b"".join(self._pieces)
        self._pieces = []
        self.from_line = self._data[: message_start(self._data)]

    def _spill(self) -> None:
        """Write what came so far into tmp/, and the rest as it comes."""
        self._gather()
        if len(self._data) < HEAD_LIMIT and not self._data.strip(b" \t\r\n"):
            self._pieces = [self._data]  # blank lines on top may not be part of the message
            return
        top = on_top(self._data, self._envelope) if self._envelope is not None else b""
        from maildrop_py.delivery.large_file import LargeFile

        self._large = LargeFile(self.maildir.folder(INBOX), top)
        rest = self._data[len(self.from_line) :]
        self._data = self._data[:HEAD_LIMIT]
        if head_end(self._data) >= 0:
            self._data = self.head()
        with storage(self.maildir.root):
            self._large.create()
            self._large.append(rest)

    def _write(self, copy: TmpFile, edits: Edits) -> None:
        data = self._edited(edits)
        copy.create()
        copy.written.size = len(data)
        copy.written.wire_size = wire_size(data)
        copy.written.write(data)

    def _edited(self, edits: Edits) -> bytes:
        """What is in memory of the message, edited."""
        kept, at = [edits.top], len(self.from_line)
        for start, behind in edits.cuts:
            kept.append(self._data[at:start])
            at = behind
        return b"".join((*kept, self._data[at:]))


def _memory_file(data: bytes) -> int:
    written = WrittenFile()
    written.descriptor = os.memfd_create("message", os.MFD_CLOEXEC)
    written.write(data)
    descriptor, written.descriptor = written.descriptor, -1
    return descriptor
