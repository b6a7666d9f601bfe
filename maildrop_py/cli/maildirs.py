"""maildirs: how the commands for people walk a Maildir."""

from __future__ import annotations

from collections.abc import Iterator

from maildrop_py.intake.message_files import Walk
from maildrop_py.message.message import Message
from maildrop_py.rules.settings import Settings


def walk_of(settings: Settings, folders: tuple[str, ...], all_folders: bool) -> Walk:
    """Walks the chosen folders of a Maildir, INBOX if none is named."""
    from maildrop_py.intake.maildir_walk import walk

    def messages(root: str) -> Iterator[tuple[str, Message]]:
        chosen = None if all_folders else folders or ("INBOX",)
        yield from walk(root, settings.layout, settings.folder_encoding, chosen)

    return messages
