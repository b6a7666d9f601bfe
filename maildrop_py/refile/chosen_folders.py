"""chosen_folders: the folders of a Maildir that a user names, by name or by glob.

Guarantee: each folder is chosen once, and none whose messages would be outside
the Maildir: a folder whose new/ or cur/ is a symbolic link is reported and left
out.
"""

from __future__ import annotations

import os

from maildrop_py.maildir.folder_listing import LINK, folder_named, folders_of
from maildrop_py.rules.matching.text import glob_fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.maildir.folder_listing import Report
    from maildrop_py.maildir.maildir import Folder, Maildir


def chosen_folders(maildir: Maildir, globs: Iterable[str] | None, report: Report) -> list[Folder]:
    """The folders that match one of `globs`, or all folders if it is None.

    A name without `*` and `?` that no folder has is reported.
    """
    if globs is None:
        found = list(folders_of(maildir, report))
    else:
        found = [folder for glob in globs for folder in _matching(maildir, glob, report)]
    chosen = {folder.path: folder for folder in found}
    return [folder for folder in chosen.values() if not _has_links(folder.path, report)]


def _matching(maildir: Maildir, glob: str, report: Report) -> list[Folder]:
    if set("*?") & set(glob):
        return [folder for folder in folders_of(maildir, report) if glob_fits(glob, folder.name)]
    folder = folder_named(maildir, glob, report)
    return [] if folder is None else [folder]


def _has_links(path: str, report: Report) -> bool:
    """Whether new/ or cur/ of the directory `path` is a symbolic link."""
    links = [f"{path}/{part}" for part in ("new", "cur") if os.path.islink(f"{path}/{part}")]
    for link in links:
        report(link, LINK)
    return bool(links)
