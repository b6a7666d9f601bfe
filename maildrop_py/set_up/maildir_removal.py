"""maildir_removal: removes a Maildir that has no mail.

Guarantee: no message is removed, not even one that comes meanwhile. The Maildir is first renamed,
so that a delivery fails and is tried again; only directories that are empty, and the small
files that IMAP servers and this program make, are removed.
"""

from __future__ import annotations

import os

from maildrop_py.translation import text

PARTS = ("cur", "new", "tmp")
_OURS = {"maildirfolder", "maildirsize", "subscriptions", "dovecot-keywords"}
_OF_DOVECOT = ("dovecot.", "dovecot-uid")


def remove_empty_maildir(path: str) -> str:
    """Why it was left as it is; "" if it is gone. Raises OSError."""
    if why := _what_is_in(path):
        return why
    aside = f"{path}.maildrop-py.removed"
    os.rename(path, aside)
    if why := _what_is_in(aside):
        os.rename(aside, path)
        return why
    try:
        _remove(aside)
    except OSError as error:
        os.rename(aside, path)
        for part in PARTS:
            os.makedirs(f"{path}/{part}", 0o700, exist_ok=True)
        return text("mail came meanwhile: {why}", why=error.strerror)
    return ""


def _remove(root: str) -> None:
    """Whatever is in cur, new and tmp is left, and makes this fail."""
    for directory, _, files in os.walk(root, topdown=False):
        for name in files:
            if os.path.basename(directory) not in PARTS:
                os.unlink(os.path.join(directory, name))
        os.rmdir(directory)


def _what_is_in(root: str) -> str:
    for directory, below, files in os.walk(root):
        for name in (*files, *(it for it in below if os.path.islink(f"{directory}/{it}"))):
            if os.path.basename(directory) in PARTS:
                return text("there is mail in it")
            if name not in _OURS and not name.startswith(_OF_DOVECOT):
                return text("{path} is not ours", path=f"{directory}/{name}")
    return ""
