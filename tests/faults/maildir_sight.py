"""maildir_sight: what an IMAP server would see of a Maildir, and what it would not.

Reads the disk by itself, without the program's own code, so that a mistake made
there is not made here again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.faults.disk_model import Tree

_LOCKS = ("dovecot-uidlist.lock", "dovecot-keywords.lock", "subscriptions.lock", "temp.")
_KNOWN = frozenset(
    {"maildirfolder", "maildirsize", "dovecot-keywords", "subscriptions", "courierimapsubscribed"}
)


@dataclass(frozen=True)
class Found:
    """A visible message: its folder's directory below the Maildir ("" is INBOX), flags, bytes."""

    folder: str
    flags: str
    data: bytes
    path: str


@dataclass(frozen=True)
class Contents:
    """Visible messages, files that a dead delivery may leave, and files that may not be."""

    messages: tuple[Found, ...]
    leftovers: tuple[str, ...]
    astray: tuple[str, ...]


def files_below(place: Path, *folders: str) -> Tree:
    """The files in `folders` of `place`, by their paths below it; symbolic links are none."""
    found = (path for folder in folders for path in (place / folder).rglob("*"))
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in found
        if path.is_file() and not path.is_symlink()
    }


def contents(tree: Tree, maildir: str) -> Contents:
    """Everything that lies in `maildir` and its folders."""
    messages, leftovers, astray = [], [], []
    for path, data in tree.items():
        if not path.startswith(f"{maildir}/"):
            continue
        folder, _, rest = path[len(maildir) :].rpartition("/")
        folder, _, part = folder.rpartition("/")
        if part in ("new", "cur"):
            messages.append(Found(folder.strip("/"), rest.partition(":2,")[2], data, path))
        elif part == "tmp" or rest.startswith(_LOCKS):
            leftovers.append(path)
        elif rest not in _KNOWN:
            astray.append(path)
    return Contents(tuple(messages), tuple(leftovers), tuple(astray))
