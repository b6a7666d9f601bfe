"""maildir: a Maildir's folders on disk, and files on their way from tmp/ to new/ or cur/.

Guarantee: a message becomes visible by link(2) alone, whole and under a name
that was free; nothing is ever overwritten. Files have mode 0600 whatever the
umask. Folders are made on demand (folder_making.py).

Reports: OSError as the file system gives it, which callers turn into our errors
by `with storage(path):`; StorageFailed when root would write into somebody
else's Maildir.

Known limits: symbolic links are followed with the rights of this process, so a
server started as root must have become the recipient before it comes here.
Where a file system has no hard links, rename(2) is used after a look whether
the name is free.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.errors import MaildropError, StorageFailed
from maildrop_py.maildir.unique_name import delivered_name, new_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAILDIR_PLUS_PLUS, FS = "maildir++", "fs"
IMAP_UTF_7, UTF_8 = "imap-utf-7", "utf-8"
INBOX = "INBOX"

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_ATTEMPTS = 20  # names tried before giving up, or times a folder vanished under us
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


class storage:
    """`with storage(path):` turns an OSError inside into our error (storage_errors.py)."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise _our_error(error, self.path) from error


def _our_error(error: OSError, path: str) -> MaildropError:
    try:
        from maildrop_py.maildir.storage_errors import storage_error
    except (ImportError, OSError):  # no descriptor left even for reading our own code
        return StorageFailed(f"{path}: {error}")
    return storage_error(error, path)


class Maildir:
    """A Maildir: its root directory, the layout and the encoding of its folders.

    The root must exist unless `create` is true, so that a home that is not
    mounted is not mistaken for an empty one; cur, new, tmp and folders are made
    on demand.
    """

    __slots__ = ("_checked", "create", "encoding", "layout", "root")

    def __init__(
        self,
        root: str,
        layout: str = MAILDIR_PLUS_PLUS,
        encoding: str = IMAP_UTF_7,
        *,
        create: bool = False,
    ) -> None:
        self.root = root.rstrip("/") or "/"
        self.layout = layout
        self.encoding = encoding
        self.create = create
        self._checked = False

    def folder(self, name: str) -> Folder:
        """The folder of the logical, `/`-separated `name`; raises BadFolderName."""
        if name == INBOX:
            return Folder(self, INBOX, self.root)
        from maildrop_py.maildir.folder_name import to_disk

        relative = to_disk(name, self.layout, self.encoding)
        return Folder(self, name, f"{self.root}/{relative}" if relative else self.root)

    def refuse_root(self) -> None:
        """Root's files in a user's Maildir would be out of that user's reach."""
        if self._checked:
            return
        if os.geteuid() == 0 and any(_owners(self.root)):
            raise StorageFailed(f"{self.root}: is not root's, and root does not deliver there")
        self._checked = True


class Folder:
    """One folder: its logical `name` and the `path` of its directory."""

    __slots__ = ("maildir", "name", "path")

    def __init__(self, maildir: Maildir, name: str, path: str) -> None:
        self.maildir = maildir
        self.name = name
        self.path = path

    def ensure(self) -> None:
        """Make what is missing of the folder, durably."""
        from maildrop_py.maildir.folder_making import make

        make(self)


def _owners(root: str) -> list[int]:
    """Whose the Maildir is, the link that leads there if it is one, and the folder it lies in."""
    folder = os.stat(os.path.dirname(root) or ".").st_uid
    if not os.path.lexists(root):
        return [folder]
    return [folder, os.lstat(root).st_uid, os.stat(root).st_uid]


def sync_directory(path: str) -> None:
    """Make the entries of a directory durable, where its file system can (CIFS cannot)."""
    descriptor = os.open(path, _DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
    finally:
        os.close(descriptor)


class Written:
    """One file's bytes, under whatever names: their number, and whether they are synced."""

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
        """fsync and close, once; a failure stays one, for the kernel reports it only once."""
        if self._state == "synced":
            return
        if self._state == "failed":
            raise OSError(errno.EIO, "an earlier fsync of this file failed")
        self._state = "failed"
        os.fsync(self.descriptor)
        self._state = "synced"
        self.close()

    def close(self) -> None:
        """No more is written."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        """Close a file that was given up before it was synced; silent also at exit."""
        if getattr(self, "descriptor", -1) >= 0:
            try:
                close(self.descriptor)
            except OSError:
                return


class Draft:
    """A message in tmp/ of its folder, on its way to new/ or cur/.

    `path` is its name in tmp/ and `target` its final one; each is set before
    the system call that makes it and cleared at once if that found the name
    taken. So discard() and retract(), called after an interruption at any
    place, remove what is ours and only that.
    """

    __slots__ = ("base", "directory", "folder", "path", "target", "written")

    def __init__(self, folder: Folder, written: Written | None = None) -> None:
        self.folder = folder
        self.written = written or Written()
        self.base = self.path = self.target = self.directory = ""

    def create(self) -> Draft:
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
        """Be one more name of the file `source`; whether the file systems allow that."""
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


def sync_directories(paths: Iterable[str]) -> None:
    """sync_directory() for each different path."""
    for path in dict.fromkeys(paths):
        sync_directory(path)
