"""maildir: a Maildir and its folders on disk. (Signatures first; the code follows.)"""

from __future__ import annotations

MAILDIR_PLUS_PLUS, FS = "maildir++", "fs"
IMAP_UTF_7, UTF_8 = "imap-utf-7", "utf-8"


class Maildir:
    """A Maildir: its root directory, the layout and the encoding of its folders.

    The root must exist unless `create` is true; cur, new, tmp and folders are
    made on demand.
    """

    def __init__(
        self,
        root: str,
        layout: str = MAILDIR_PLUS_PLUS,
        encoding: str = IMAP_UTF_7,
        *,
        create: bool = False,
    ) -> None: ...
    def folder(self, name: str) -> Folder:
        """The folder of the logical, `/`-separated `name`; raises BadFolderName."""
        raise NotImplementedError


class Folder:
    """One folder: `name` (logical), `path`; ensure() makes it."""

    name: str
    path: str

    def ensure(self) -> None: ...
