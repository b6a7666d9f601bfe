"""folder_listing: which folders a Maildir has, by their logical names.

Guarantee: symbolic links are not followed, so nothing outside the Maildir is
listed, and no folder is listed twice. Links, and directories whose name cannot
be a folder's name in this layout and encoding, are reported and left out.
"""

from __future__ import annotations

import os

from maildrop_py.maildir.folder_name import BadFolderName, from_disk
from maildrop_py.maildir.maildir import INBOX, MAILDIR_PLUS_PLUS, Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from maildrop_py.maildir.maildir import Maildir

    Report = Callable[[str, str], None]
    """Called with a path or folder name, and why it is left out."""

LINK = "is a symbolic link, not followed"
_OWN = frozenset({"cur", "new", "tmp"})


def folders_of(maildir: Maildir, report: Report) -> Iterator[Folder]:
    """Every folder, INBOX first, then by name; raises OSError if there is no Maildir."""
    root = maildir.root
    with os.scandir(root) as entries:
        tops = sorted(entries, key=lambda entry: entry.name)
    if any(entry.name in _OWN for entry in tops):
        yield Folder(maildir, INBOX, root)
    nested = maildir.layout != MAILDIR_PLUS_PLUS
    for entry in tops:
        if entry.name in _OWN or entry.name.startswith(".") == nested:
            continue
        yield from _below(maildir, entry, nested, report)


def _below(
    maildir: Maildir, entry: os.DirEntry[str], nested: bool, report: Report
) -> Iterator[Folder]:
    """The folder of a directory and, in layout fs, those inside it."""
    if entry.is_symlink():
        if os.path.isdir(entry.path):
            report(entry.path, LINK)
        return
    if not entry.is_dir():
        return
    if os.path.isdir(f"{entry.path}/cur"):
        try:
            relative = entry.path[len(maildir.root) + 1 :]
            name = from_disk(relative, maildir.layout, maildir.encoding)
            yield Folder(maildir, name, entry.path)
        except BadFolderName as error:
            report(entry.path, str(error))
    if nested:
        yield from _inside(maildir, entry.path, report)


def _inside(maildir: Maildir, path: str, report: Report) -> Iterator[Folder]:
    try:
        with os.scandir(path) as entries:
            inner = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        report(path, error.strerror or str(error))
        return
    for entry in inner:
        if entry.name not in _OWN and not entry.name.startswith("."):
            yield from _below(maildir, entry, True, report)


def folder_named(maildir: Maildir, name: str, report: Report) -> Folder | None:
    """The folder called `name`; None, with a report, if there is no such folder."""
    try:
        folder = maildir.folder(name)
    except BadFolderName as error:
        report(name, str(error))
        return None
    inside = folder.path[len(maildir.root) :]
    if os.path.realpath(folder.path) != os.path.realpath(maildir.root) + inside:
        report(folder.path, LINK)
        return None
    if not os.path.isdir(f"{folder.path}/cur"):
        report(name, "no such folder")
        return None
    relative = inside.lstrip("/")
    return Folder(maildir, from_disk(relative, maildir.layout, maildir.encoding), folder.path)
