"""maildir: a Maildir and its folders: where they are on disk, and who may write there.

Guarantee: nothing is made when a Maildir or a Folder is named. Only for a name
beyond ASCII is the disk read, where it may be in another normal form. A folder is
made when a delivery finds it missing (folder_making.py).

Reports: OSError as the file system gives it, which callers turn into our errors
by `with storage(path):`; StorageFailed when root would write into somebody
else's Maildir.

Known limits: symbolic links are followed with the rights of this process, so a
server that was started as root must have become the recipient before this is used.
"""

from __future__ import annotations

import os

from maildrop_py.errors import MaildropError, StorageFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class FolderSettings(Protocol):
        """What a rules file says about folders; see Maildir."""

        @property
        def layout(self) -> str: ...
        @property
        def folder_encoding(self) -> str: ...
        @property
        def subscribe(self) -> bool: ...


MAILDIR_PLUS_PLUS, FS = "maildir++", "fs"
IMAP_UTF_7, UTF_8 = "imap-utf-7", "utf-8"
INBOX = "INBOX"


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
    when they are needed. With `subscribe`, mail readers are shown new folders
    (subscriptions.py).
    """

    __slots__ = ("_checked", "create", "encoding", "layout", "root", "subscribe")

    def __init__(
        self,
        root: str,
        layout: str = MAILDIR_PLUS_PLUS,
        encoding: str = IMAP_UTF_7,
        *,
        create: bool = False,
        subscribe: bool = False,
    ) -> None:
        self.root = root.rstrip("/") or "/"
        self.layout = layout
        self.encoding = encoding
        self.create = create
        self.subscribe = subscribe
        self._checked = False

    def folder(self, name: str) -> Folder:
        """The folder of the logical, `/`-separated `name`; raises BadFolderName.

        If it does not exist, but a folder does whose name is the same in another
        Unicode normal form, it is that folder.
        """
        if name == INBOX:
            return Folder(self, INBOX, self.root)
        path = self._path(name)
        if not name.isascii() and not os.path.isdir(path):
            from unicodedata import normalize

            for form in ("NFC", "NFD"):
                same = self._path(normalize(form, name))
                if os.path.isdir(same):
                    return Folder(self, name, same)
        return Folder(self, name, path)

    def has(self, name: str) -> bool:
        """Whether the folder `name` is there; a name that is not possible is nowhere."""
        from maildrop_py.maildir.folder_name import BadFolderName

        try:
            return os.path.isdir(f"{self.folder(name).path}/cur")
        except (BadFolderName, ValueError):
            return False

    def _path(self, name: str) -> str:
        from maildrop_py.maildir.folder_name import to_disk

        relative = to_disk(name, self.layout, self.encoding)
        return f"{self.root}/{relative}" if relative else self.root

    def refuse_root(self) -> None:
        """Raise StorageFailed for root in a user's Maildir: the user could not read the files."""
        if self._checked:
            return
        if os.geteuid() == 0 and any(_owners(self.root)):
            raise StorageFailed(f"{self.root}: belongs to a user, and root does not deliver there")
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
        from maildrop_py.maildir.folder_making import make_folder

        maildir = self.maildir
        marked = maildir.layout == MAILDIR_PLUS_PLUS
        is_new = make_folder(self.path, maildir.root, create_root=maildir.create, marked=marked)
        if is_new and maildir.subscribe and self.path != maildir.root:
            from maildrop_py.maildir.subscriptions import subscribe

            subscribe(maildir.root, self.path, "." if marked else "/")


def maildir_at(root: str, settings: FolderSettings, *, create: bool = False) -> Maildir:
    """The Maildir at `root`, with folders as `settings` want them."""
    layout, encoding = settings.layout, settings.folder_encoding
    return Maildir(root, layout, encoding, create=create, subscribe=settings.subscribe)


def _owners(root: str) -> list[int]:
    """The owners of the Maildir, of the link to it if it is one, and of the directory above."""
    above = os.stat(os.path.dirname(root) or ".").st_uid
    if not os.path.lexists(root):
        return [above]
    return [above, os.lstat(root).st_uid, os.stat(root).st_uid]
