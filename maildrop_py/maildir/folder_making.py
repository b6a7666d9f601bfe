"""folder_making: what is missing of a folder, made when a delivery finds it missing.

tmp comes last, when all the rest is synced up to the root: a delivery begins
there, so one that finds a tmp may rely on the folder, whoever was making it and
however that ended. new comes before cur, by which Dovecot knows a folder; a
Maildir++ subfolder gets its `maildirfolder`.

Guarantee: directories have mode 0700 whatever the umask; others who make the
same folder at the same time do no harm, and what a dead maker left half done is
completed. Raises OSError.

Known limits: a folder that another program has made and not synced may go in a
power failure, with what was delivered into it since.
"""

from __future__ import annotations

import os

from maildrop_py.maildir.maildir import INBOX, MAILDIR_PLUS_PLUS, Folder, sync_directory

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def make(folder: Folder) -> None:
    """Make what is missing of `folder`, and of its Maildir if that may be made."""
    maildir, root = folder.maildir, folder.maildir.root
    if folder.path != root:
        if maildir.create and not os.path.lexists(f"{root}/tmp"):
            make(Folder(maildir, INBOX, root))
        _make_levels(root, folder.path)
    elif maildir.create:
        _make_level(root)
    _make_parts(folder.path, folder.path != root and maildir.layout == MAILDIR_PLUS_PLUS)


def _make_parts(path: str, subfolder: bool) -> None:
    _make_directory(f"{path}/new")
    if subfolder:
        _touch(f"{path}/maildirfolder")
    _make_directory(f"{path}/cur")
    sync_directory(path)
    _make_directory(f"{path}/tmp")


def _make_levels(root: str, path: str) -> None:
    """Make the directories below `root` that lead to `path`."""
    for end in range(len(root) + 1, len(path) + 1):
        if end == len(path) or path[end] == "/":
            _make_level(path[:end])


def _make_level(path: str) -> None:
    """Syncs also when another made it: that one may not have come so far yet."""
    _make_directory(path)
    sync_directory(os.path.dirname(path) or ".")


def _make_directory(path: str) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return
    if os.stat(path).st_mode & 0o700 != 0o700:  # the umask forbade the owner something
        os.chmod(path, 0o700)


def _touch(path: str) -> None:
    try:
        os.close(os.open(path, _CREATE, 0o600))
    except FileExistsError:
        return
