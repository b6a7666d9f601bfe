"""named_maildir: the Maildir and the folders that a command line names, or why not."""

from __future__ import annotations

import os
from difflib import get_close_matches

from maildrop_py.errors import UsageError
from maildrop_py.maildir.folder_listing import folders_of
from maildrop_py.maildir.maildir import Maildir, maildir_at
from maildrop_py.rules.matching.text import glob_fits
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.paths import UserPaths
    from maildrop_py.rules.language.settings import Settings


def maildir_of(named: str | None, settings: Settings, paths: UserPaths) -> Maildir:
    """The Maildir named, or that of the rules file, by its real path; raises UsageError."""
    root = named if named is not None else paths.named_maildir(settings.maildir)
    maildir = maildir_at(os.path.realpath(root), settings)
    if not os.path.isdir(f"{maildir.root}/cur"):
        raise UsageError(_why_not(maildir.root))
    return maildir


def _why_not(root: str) -> str:
    """Why there is no Maildir at `root`, and what helps."""
    if os.path.lexists(root):
        return f"{root}: is not a Maildir, it has no cur/"
    return f"{root}: does not exist; `maildrop-py init --maildir {root}` makes a Maildir"


def check_folders(roots: Iterable[str], wanted: tuple[str, ...], settings: Settings) -> None:
    """Raises UsageError for a folder in `wanted` that none of the Maildirs has.

    A glob may match nothing: what it is for may come later.
    """
    if not wanted:
        return
    maildirs = [maildir_at(root, settings) for root in roots]
    names = [it.name for maildir in maildirs for it in folders_of(maildir, _no_report)]
    for glob in wanted if maildirs else ():
        is_glob = bool(set("*?") & set(glob))
        if not is_glob and not any(glob == name or glob_fits(glob, name) for name in names):
            near = get_close_matches(glob, names, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(
                translated("--folder {glob}: there is no such folder", glob=glob) + hint
            )


def _no_report(path: str, why: str) -> None:
    """What cannot be listed is reported when it is read."""
