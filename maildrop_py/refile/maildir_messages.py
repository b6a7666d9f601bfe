"""maildir_messages: the messages of a Maildir's folders, with their keywords by name."""

from __future__ import annotations

import os

from maildrop_py.intake.maildir_source import MaildirSource
from maildrop_py.intake.maildir_walk import FolderFiles, MaildirWalk
from maildrop_py.intake.message_files import is_maildir
from maildrop_py.maildir.folder_name import from_disk
from maildrop_py.maildir.keywords import names_by_letter
from maildrop_py.maildir.maildir import Folder, Maildir, maildir_at
from maildrop_py.message.message import Message
from maildrop_py.refile.chosen_folders import chosen_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.maildir.folder_listing import Report
    from maildrop_py.rules.language.settings import Settings


class ListedMaildirs:
    """Lists the folders that `globs` choose in Maildirs, each Maildir once.

    `settings` say how folders are on disk; None as globs means all folders.
    """

    def __init__(self, settings: Settings, globs: tuple[str, ...] | None, report: Report) -> None:
        self._settings = settings
        self._globs = globs
        self._report = report
        self._listed: dict[str, MaildirWalk] = {}

    def __call__(self, root: str) -> MaildirWalk:
        """The messages of the Maildir at `root`."""
        if root not in self._listed:
            maildir = maildir_at(root, self._settings)
            self._listed[root] = messages_of(maildir, self._globs, self._report)
        return self._listed[root]

    def filed(self, path: str) -> Message | None:
        """The message in the file `path` as one of its Maildir; None if it is in no Maildir."""
        directory = os.path.dirname(os.path.abspath(path))
        folder = os.path.dirname(directory)
        if os.path.basename(directory) not in ("new", "cur") or not is_maildir(folder):
            return None
        above = os.path.dirname(folder)
        in_folder = os.path.basename(folder).startswith(".") and is_maildir(above)
        maildir = maildir_at(above if in_folder else folder, self._settings)
        return next(messages_at(maildir, [f"{directory}/{os.path.basename(path)}"]))


def globs_of(folders: tuple[str, ...], all_folders: bool) -> tuple[str, ...] | None:
    """What `--folder` and `--all-folders` mean; None is all folders."""
    return None if all_folders else folders or ("INBOX",)


def messages_of(maildir: Maildir, globs: Iterable[str] | None, report: Report) -> MaildirWalk:
    """The messages of the folders of `maildir` that match one of `globs`, of all for None."""
    return MaildirWalk(chosen_folders(maildir, globs, report), names_by_letter, report)


def messages_at(maildir: Maildir, paths: Iterable[str]) -> Iterator[Message]:
    """The messages at `paths` in the folders of `maildir`."""
    folders: dict[str, FolderFiles] = {}
    for path in paths:
        directory, _, name = path.rpartition("/")
        folder = os.path.dirname(directory)
        files = folders.get(folder)
        if files is None:
            relative = os.path.relpath(folder, maildir.root)
            logical = from_disk(relative, maildir.layout, maildir.encoding)
            files = folders[folder] = FolderFiles(Folder(maildir, logical, folder), names_by_letter)
        yield Message(MaildirSource(path), file=files.named(directory, name))
