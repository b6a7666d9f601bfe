"""storage_errors: an errno becomes an error of ours, in this one place.

Every error of the file system is temporary: the mail server keeps the message.
"""

from __future__ import annotations

import errno

from maildrop_py.errors import DiskFull, MaildropError, OverQuota, StorageFailed

CLASSES: dict[int, type[MaildropError]] = {
    errno.ENOSPC: DiskFull,
    errno.EDQUOT: OverQuota,
}


def storage_error(error: OSError, path: str = "") -> MaildropError:
    """Our error for `error`; `path` is named if the error itself names no file."""
    kind = CLASSES.get(error.errno or 0, StorageFailed)
    where = error.filename2 or error.filename or path
    if isinstance(where, bytes):
        where = where.decode(errors="replace")
    reason = error.strerror or str(error) or type(error).__name__
    return kind(f"{where}: {reason}" if where else reason)
