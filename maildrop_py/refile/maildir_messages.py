"""maildir_messages: how the commands for people walk a Maildir."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from maildrop_py.intake.maildir_walk import FiledAs, MaildirWalk
from maildrop_py.intake.message_files import Walk
from maildrop_py.maildir import keywords
from maildrop_py.maildir.folder_name import from_disk
from maildrop_py.maildir.maildir import Folder, Maildir
from maildrop_py.message.message import FileSource, Message
from maildrop_py.refile.chosen_folders import chosen_folders
from maildrop_py.rules.language.settings import Settings

Report = Callable[[str, str], None]


def walk_of(settings: Settings, folders: tuple[str, ...], all_folders: bool) -> Walk:
    """Lists the chosen folders of a Maildir, INBOX if none is named; each Maildir once."""
    listed: dict[str, MaildirWalk] = {}

    def messages(root: str) -> MaildirWalk:
        if root not in listed:
            maildir = Maildir(root, settings.layout, settings.folder_encoding)
            listed[root] = walk_folders(maildir, globs_of(folders, all_folders), _say)
        return listed[root]

    return messages


def globs_of(folders: tuple[str, ...], all_folders: bool) -> tuple[str, ...] | None:
    """What `--folder` and `--all-folders` mean; None is all folders."""
    return None if all_folders else folders or ("INBOX",)


def walk_folders(maildir: Maildir, globs: Iterable[str] | None, report: Report) -> MaildirWalk:
    """The messages of the folders of `maildir` that fit one of `globs`, all for None."""
    return MaildirWalk(chosen_folders(maildir, globs, report), letters_of, report)


def messages_at(maildir: Maildir, paths: Iterable[str]) -> Iterator[Message]:
    """The messages at `paths` in the folders of `maildir`."""
    folders: dict[str, FiledAs] = {}
    for path in paths:
        directory, _, name = path.rpartition("/")
        folder = os.path.dirname(directory)
        filed_as = folders.get(folder)
        if filed_as is None:
            relative = os.path.relpath(folder, maildir.root)
            logical = from_disk(relative, maildir.layout, maildir.encoding)
            filed_as = folders[folder] = FiledAs(Folder(maildir, logical, folder), letters_of)
        yield Message(FileSource(path), filed=filed_as(directory, name))


def letters_of(folder: str) -> dict[str, str]:
    """What the keyword letters of a folder's directory mean; none, if that cannot be read."""
    try:
        return {letter: name for name, letter in keywords.read(folder).values()}
    except OSError:
        return {}


def _say(path: str, why: str) -> None:
    import click

    click.echo(f"{path}: {why}", err=True)
