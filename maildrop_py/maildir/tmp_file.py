"""tmp_file: a message written into tmp/ of its folder, and made visible in new/ or cur/.

Guarantee: a message becomes visible by link(2) alone, whole and under a name
that was free; nothing is ever overwritten. Files have mode 0600 whatever the
umask is.

Reports: OSError as the file system gives it.

Known limits: where a file system has no hard links, rename(2) is used after a
check that the name is free.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.maildir.unique_name import delivered_name, new_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.maildir.maildir import Folder

NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
"""What link(2) answers where a hard link is not possible."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ATTEMPTS = 20  # names tried before giving up, or times that the folder was missing


class WrittenFile:
    """The file behind one or more names: how long it is, and whether it is synced."""

    __slots__ = ("_state", "descriptor", "size", "wire_size")

    def __init__(self) -> None:
        self.descriptor = -1
        self.size = 0
        self.wire_size = 0
        self._state = "written"

    def write(self, data: bytes) -> None:
        """Append all of `data`."""
        written = os.write(self.descriptor, data)
        if written != len(data):
            rest = memoryview(data)[written:]
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]

    def sync(self) -> None:
        """fsync and close, once. A failure is final, because the kernel reports it only once."""
        if self._state == "synced":
            return
        if self._state == "failed":
            raise OSError(errno.EIO, "an earlier fsync of this file failed")
        self._state = "failed"
        os.fsync(self.descriptor)
        self._state = "synced"
        self.close()

    def close(self) -> None:
        """Close the file; nothing more is written to it."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        """Close a file that was given up before it was synced; silent, also at exit."""
        if getattr(self, "descriptor", -1) >= 0:
            try:
                close(self.descriptor)
            except OSError:
                return


class TmpFile:
    """A message in tmp/ of its folder, on its way to new/ or cur/.

    `path` is its name in tmp/ and `target` its final one. Each is set before the
    system call that makes it, and cleared at once if the name was taken. So
    discard() and retract() remove what is ours and only that, wherever we were
    interrupted.
    """

    __slots__ = ("base", "directory", "folder", "path", "target", "written")

    def __init__(self, folder: Folder, written: WrittenFile | None = None) -> None:
        self.folder = folder
        self.written = written or WrittenFile()
        self.base = self.path = self.target = self.directory = ""

    def create(self) -> TmpFile:
        """Make an empty file in tmp/, open for writing."""
        self.folder.maildir.refuse_root()
        for _ in range(_ATTEMPTS):
            self._rename()
            try:
                self.written.descriptor = os.open(self.path, _CREATE, 0o600)
            except FileExistsError:
                self.path = ""
            except FileNotFoundError:
                self.path = ""
                self.folder.ensure()
            else:
                os.fchmod(self.written.descriptor, 0o600)
                return self
        raise OSError(errno.EEXIST, "no free name in", f"{self.folder.path}/tmp")

    def create_linked(self, source: str) -> bool:
        """Become one more name of the file `source`; False if no hard link is possible."""
        self.folder.maildir.refuse_root()
        for _ in range(_ATTEMPTS):
            self._rename()
            try:
                os.link(source, self.path)
            except FileExistsError:
                self.path = ""
            except FileNotFoundError:
                self.path = ""
                if not os.path.lexists(source):
                    return False
                self.folder.ensure()
            except OSError as error:
                self.path = ""
                if error.errno in NO_LINKS:
                    return False
                raise
            else:
                return True
        raise OSError(errno.EEXIST, "no free name in", f"{self.folder.path}/tmp")

    def _rename(self) -> None:
        self.base = new_base()
        self.path = f"{self.folder.path}/tmp/{self.base}"

    def publish(self, flags: str) -> str:
        """Make it visible, in new/ or with `flags` in cur/; returns the final path."""
        self.directory = f"{self.folder.path}/{'cur' if flags else 'new'}"
        for _ in range(_ATTEMPTS):
            name = delivered_name(self.base, self.written.size, self.written.wire_size, flags)
            self.target = f"{self.directory}/{name}"
            try:
                os.link(self.path, self.target)
            except FileExistsError:
                taken, self.target = self.target, ""
                if _same_file(self.path, taken):  # NFS: done, but the answer was lost
                    self.target = taken
                    return taken
                self.base = new_base()
            except FileNotFoundError:
                self.target = ""
                os.stat(self.path)
                self.folder.ensure()
            except OSError as error:
                self.target = ""
                if error.errno not in NO_LINKS:
                    raise
                return self._publish_by_rename(name)
            else:
                return self.target
        raise OSError(errno.EEXIST, "no free name in", self.directory)

    def _publish_by_rename(self, name: str) -> str:
        target = f"{self.directory}/{name}"
        if os.path.lexists(target):
            raise OSError(errno.EEXIST, "name is taken", target)
        self.target = target
        os.rename(self.path, target)
        return target

    def discard(self) -> None:
        """Remove the name in tmp/; never raises OSError."""
        path, self.path = self.path, ""
        if path:
            _remove(path)

    def retract(self) -> None:
        """Take back what publish() made visible; never raises OSError."""
        target, self.target = self.target, ""
        if target:
            _remove(target)


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # gone already, or it stays for the sweep
