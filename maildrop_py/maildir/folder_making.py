"""folder_making: make what is missing of a folder, when a delivery finds it missing.

tmp is made last, when everything else is synced up to the root. A delivery
begins in tmp, so one that finds it can rely on the whole folder, whoever made
it. new is made before cur, because Dovecot takes a directory with cur for a
folder. A Maildir++ subfolder gets its `maildirfolder`.

Guarantee: directories have mode 0700 whatever the umask is. Several processes
may make the same folder at the same time, and what one left half made when it
died is completed. Raises OSError.

Known limits: a folder that another program made and did not sync can be lost in
a power failure, with what was delivered into it since.
"""

from __future__ import annotations

import os

from maildrop_py.maildir.sync import sync_directory

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def make_folder(path: str, root: str, *, create_root: bool, marked: bool) -> bool:
    """Make what is missing of the folder at `path` in the Maildir at `root`; whether it is new.

    `create_root` says whether the Maildir itself may be made, `marked` whether
    subfolders have a `maildirfolder`.
    """
    if path != root:
        if create_root and not os.path.lexists(f"{root}/tmp"):
            make_folder(root, root, create_root=True, marked=marked)
        _make_levels(root, path)
    elif create_root:
        _make_level(root)
    return _make_parts(path, marked and path != root)


def _make_parts(path: str, marked: bool) -> bool:
    """Make what is missing in a folder; whether no server took it for a folder before."""
    _make_directory(f"{path}/new")
    if marked:
        _touch(f"{path}/maildirfolder")
    is_new = _make_directory(f"{path}/cur")
    sync_directory(path)
    _make_directory(f"{path}/tmp")
    return is_new


def _make_levels(root: str, path: str) -> None:
    """Make the directories below `root` that lead to `path`."""
    for end in range(len(root) + 1, len(path) + 1):
        if end == len(path) or path[end] == "/":
            _make_level(path[:end])


def _make_level(path: str) -> None:
    """Make one directory; synced also if another process made it, which may not have yet."""
    _make_directory(path)
    sync_directory(os.path.dirname(path) or ".")


def _make_directory(path: str) -> bool:
    """Make the directory `path`; False if it is there already."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return False
    if os.stat(path).st_mode & 0o700 != 0o700:  # the umask took rights from the owner
        os.chmod(path, 0o700)
    return True


def _touch(path: str) -> None:
    try:
        os.close(os.open(path, _CREATE, 0o600))
    except FileExistsError:
        return
