"""storage_errors: the one place where an errno becomes an error of ours.

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
    """Our error for `error`; `path` says where, if the error itself does not."""
    kind = CLASSES.get(error.errno or 0, StorageFailed)
    place = error.filename2 or error.filename or path
    if isinstance(place, bytes):
        place = place.decode(errors="replace")
    reason = error.strerror or str(error) or type(error).__name__
    return kind(f"{place}: {reason}" if place else reason)
