"""maildir_source: a message in a file of a Maildir, which Dovecot may have compressed.

Dovecot's zlib plugin compresses message files: gzip, bzip2 and xz are read here.
For others (zstd, lz4) reading raises OSError that says so, and the message is
left where it is instead of being filed by what cannot be read.

Guarantee: at most LARGEST bytes are unpacked, however small the file is.
Reports: OSError for a file that cannot be unpacked, as for one that cannot be
read.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.message.extent import HEAD_LIMIT
from maildrop_py.message.source import FileSource, cut_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

LARGEST = 1 << 28  # bytes
_FORMATS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Dovecot-LZ4\x0d\x2a\x9b\xc5": "lz4",
}
_MAGIC = tuple(_FORMATS)
_LONGEST_MAGIC = max(map(len, _MAGIC))


class MaildirSource(FileSource):
    """A message file in new/ or cur/; `size` is in bytes as delivered."""

    __slots__ = ("_format",)

    @property
    def compression(self) -> str:
        """`gzip` or another format, "" if the file is not compressed."""
        self.head()
        return getattr(self, "_format", "")  # it is set for few, and this is made for many

    @property
    def size(self) -> int:
        if not self.compression:
            return super().size
        return (_size_in_name(self.path) or len(self._unpacked())) - self.start

    def content(self, most: int | None = None) -> bytes:
        if not self.compression:
            return super().content(most)
        start = self.start
        return self._unpacked(None if most is None else start + most)[start:]

    def open(self) -> int:
        """A descriptor to read the message from, unpacked; the caller closes it."""
        descriptor = super().open()
        beginning = os.pread(descriptor, _LONGEST_MAGIC, 0)
        if not beginning.startswith(_MAGIC):
            return descriptor
        os.close(descriptor)
        self._format = _format_of(beginning)
        return _unnamed(self._unpacked())

    def _read_head(self) -> bytes:
        head = super()._read_head()
        if not head.startswith(_MAGIC):
            return head
        self._whole = None
        self._format = _format_of(head)
        return cut_head(self._unpacked(HEAD_LIMIT))

    def _unpacked(self, most: int | None = None) -> bytes:
        """The first `most` bytes, or all; raises OSError if these are more than LARGEST."""
        with open(super().open(), "rb") as file:
            data = _unpack(file, self._format, self.path, LARGEST + 1 if most is None else most)
        if most is None and len(data) > LARGEST:
            raise OSError(errno.EFBIG, f"is larger than {LARGEST} bytes when unpacked", self.path)
        return data


def _format_of(beginning: bytes) -> str:
    return next(name for magic, name in _FORMATS.items() if beginning.startswith(magic))


def _unpack(file: BinaryIO, compression: str, path: str, most: int) -> bytes:
    import bz2
    import gzip
    import lzma
    from zlib import error as ZlibError

    try:
        if compression == "gzip":
            return gzip.GzipFile(fileobj=file).read(most)
        if compression == "bzip2":
            return bz2.BZ2File(file).read(most)
        if compression == "xz":
            return lzma.LZMAFile(file).read(most)
    except (EOFError, OSError, ValueError, ZlibError, lzma.LZMAError) as error:
        why = f"is compressed ({compression}) and cannot be unpacked: {error}"
        raise OSError(errno.EBADMSG, why, path) from error
    raise OSError(errno.EBADMSG, f"is compressed ({compression}), which cannot be read", path)


def _size_in_name(path: str) -> int | None:
    """The size that the file's name says (`,S=1234`), which is that of the unpacked message."""
    digits = path.rpartition("/")[2].partition(",S=")[2].partition(",")[0].partition(":")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _unnamed(data: bytes) -> int:
    """A descriptor to read `data` from."""
    from maildrop_py.message.changed import unnamed_file, write_all

    with unnamed_file() as file:
        write_all(file, data)
        descriptor = os.dup(file.fileno())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
