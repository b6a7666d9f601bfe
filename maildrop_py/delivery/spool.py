"""spool: a message on its way in, and the source of the files made of it.

Up to IN_MEMORY bytes are kept in memory and written once, when it is decided
where to; a larger message goes straight into tmp/ of the Maildir as it comes,
and its header alone stays in memory. What becomes of it is a Draft in the
wanted folder's tmp/: new bytes, one more link to a file with the same bytes, or
a copy where no link is possible.

Guarantee: every byte as it came, but for a `From ` line on top, which is kept
aside, lines put on top and fields cut out. A 200 MB message costs no more
memory than one of HEAD_LIMIT.

Reports: DiskFull, OverQuota, StorageFailed; leaving the context, however,
removes what lies in tmp/.
"""

from __future__ import annotations

import os

from maildrop_py.delivery.trace_headers import on_top
from maildrop_py.maildir.maildir import INBOX, Draft, Written, storage
from maildrop_py.message.headers import HEAD_LIMIT, from_line_end, head_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.delivery.large_file import LargeFile
    from maildrop_py.maildir.maildir import Folder, Maildir
    from maildrop_py.message.envelope import Envelope

IN_MEMORY = 256 * 1024  # bytes


class Edits:
    """What is done to a message's head: `top` goes above it, the `cuts` are left out.

    `cuts` are (start, end) in the head as it came, `From ` line included, in order.
    """

    __slots__ = ("cuts", "top")

    def __init__(self, top: bytes = b"", cuts: tuple[tuple[int, int], ...] = ()) -> None:
        self.top = top
        self.cuts = cuts


def wire_size(data: bytes, previous: bytes = b"") -> int:
    """The length of `data`, which follows the byte `previous`, with CR LF for every LF."""
    bare = data.count(b"\n") - data.count(b"\r\n")
    if previous == b"\r" and data.startswith(b"\n"):
        bare -= 1
    return len(data) + bare


class Spool:
    """Takes a message in with write(), then finish(); a Source for Message.

    `envelope`, if known already, lets Return-Path and Delivered-To be written
    on top of a large message at once instead of copying it for them later.
    `from_line` is the `From ` line that was on top, `size` counts without it.
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
        self._held = 0
        self._data = b""  # the whole, or of a large message the beginning
        self._head: bytes | None = None
        self._large: LargeFile | None = None
        self._made: list[tuple[Edits, Draft]] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, data: bytes) -> None:
        """Take the next piece, of any length."""
        if self._large is not None:
            if self._head is None and len(self._data) < HEAD_LIMIT:
                self._data += data[: HEAD_LIMIT - len(self._data)]
            with storage(self.maildir.root):
                self._large.append(data)
            return
        self._pieces.append(data)
        self._held += len(data)
        if self._held > self._in_memory:
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

    def content(self) -> bytes:
        """The whole message without its `From ` line, read into memory."""
        if self._large is not None:
            with storage(self.maildir.root):
                return self._large.content()
        return self._data[len(self.from_line) :]

    def close(self) -> None:
        """Forget the message; what was placed elsewhere stays."""
        if self._large is not None:
            self._large.close()
        self._pieces, self._data, self._made = [], b"", []

    def place(self, folder: Folder, edits: Edits, drafts: list[Draft]) -> None:
        """Append to `drafts` the message with its `edits` in tmp/ of `folder`, unsynced.

        Raises OSError; the caller discards `drafts` whatever happens.
        """
        for same, made in self._made:
            if same.top == edits.top and same.cuts == edits.cuts:
                drafts.append(Draft(folder, made.written))
                if drafts[-1].create_linked(made.path):
                    return
                drafts.pop()
        if self._large is not None:
            known = len(self._data) - len(self.from_line)
            self._large.place(folder, edits, self._edited(edits), known, drafts)
        else:
            drafts.append(Draft(folder))
            self._write(drafts[-1], edits)
        self._made.append((edits, drafts[-1]))

    def open(self, edits: Edits | None = None) -> int:
        """A descriptor to read the message with its `edits` from; the caller closes it."""
        with storage(self.maildir.root):
            if self._large is None and hasattr(os, "memfd_create"):
                return _memory_file(self._edited(edits or Edits()))
            return self._open_file(edits or Edits())

    def _open_file(self, edits: Edits) -> int:
        drafts: list[Draft] = []
        try:
            self.place(self.maildir.folder(INBOX), edits, drafts)
            return os.open(drafts[-1].path, os.O_RDONLY | os.O_CLOEXEC)
        finally:
            for draft in drafts:
                draft.discard()

    def _gather(self) -> None:
        self._data = b"".join(self._pieces)
        self._pieces = []
        self.from_line = self._data[: from_line_end(self._data)]

    def _spill(self) -> None:
        """From memory into tmp/."""
        self._gather()
        if not self.from_line.endswith((b"\n", b"\r")):
            self.from_line = b""  # so long a line is the message itself
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

    def _write(self, draft: Draft, edits: Edits) -> None:
        data = self._edited(edits)
        draft.create()
        draft.written.size = len(data)
        draft.written.wire_size = wire_size(data)
        draft.written.write(data)

    def _edited(self, edits: Edits) -> bytes:
        """What is in memory of the message, edited."""
        kept, at = [edits.top], len(self.from_line)
        for start, behind in edits.cuts:
            kept.append(self._data[at:start])
            at = behind
        return b"".join((*kept, self._data[at:]))


def _memory_file(data: bytes) -> int:
    written = Written()
    written.descriptor = os.memfd_create("message", os.MFD_CLOEXEC)
    written.write(data)
    descriptor, written.descriptor = written.descriptor, -1
    return descriptor
