"""The map from errno to our errors."""

from __future__ import annotations

import errno

import pytest

from maildrop_py.errors import DiskFull, OverQuota, StorageFailed, Temporary
from maildrop_py.maildir.maildir import storage
from maildrop_py.maildir.storage_errors import storage_error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, OverQuota),
        (errno.EIO, StorageFailed),
        (errno.EROFS, StorageFailed),
        (errno.EACCES, StorageFailed),
        (errno.ENOENT, StorageFailed),
        (errno.EMFILE, StorageFailed),
        (99999, StorageFailed),
    ],
)
def test_every_errno_is_temporary(number: int, kind: type[Temporary]) -> None:
    assert type(storage_error(OSError(number, "why"))) is kind


def test_error_says_where_and_why() -> None:
    assert str(storage_error(OSError(errno.EIO, "why", "/a"), "/b")) == "/a: why"
    assert str(storage_error(OSError(errno.EIO, "why"), "/b")) == "/b: why"
    assert str(storage_error(OSError("odd"))) == "odd"


def test_other_errors_pass() -> None:
    with pytest.raises(KeyboardInterrupt), storage("/a"):
        raise KeyboardInterrupt
    with pytest.raises(StorageFailed) as caught, storage("/a"):
        raise OSError(errno.EIO, "why")
    assert isinstance(caught.value.__cause__, OSError)
