"""maildir_walk: the messages in chosen folders of a Maildir, oldest name first.

All folders are listed before the first message is returned. So a message that is
moved meanwhile, out of these folders or into them, is neither returned twice nor
left out, and it is known how many there are. Names are kept as text in large
pieces, about 70 bytes for each message: a million of them need 80 MB.

Guarantee: no message is opened here, and symbolic links are not followed. What is
not a message (a directory, a link, a socket) is reported and left out, and so is
a folder that cannot be listed. Names that begin with a dot are not messages, as
maildir(5) says. A message that is gone when its turn comes raises
FileNotFoundError where it is read, not here.

Known limits: a message that arrives after the listing is not seen.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from maildrop_py.intake.maildir_source import MaildirSource
from maildrop_py.message.message import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class WalkedFolder(Protocol):
        """A folder whose messages are listed: its logical `name`, the `path` of its directory."""

        @property
        def name(self) -> str: ...

        @property
        def path(self) -> str: ...


PIECE = 20_000  # names
Report = Callable[[str, str], None]
"""Called with the path of what is not a message, and why it is not."""

KeywordsOf = Callable[[str], Mapping[str, str]]
"""Gives the keywords of a folder by its directory: letter -> name."""


class MaildirWalk:
    """The messages of `folders`, each once; `total` is how many files were listed.

    `parts` are the subdirectories that are listed. `keywords` is called once for a
    folder, at its first message with keywords.
    """

    def __init__(
        self,
        folders: Iterable[WalkedFolder],
        keywords: KeywordsOf,
        report: Report,
        parts: tuple[str, ...] = ("new", "cur"),
    ) -> None:
        self._keywords = keywords
        self._listings = [_Listing(folder, parts, report) for folder in folders]
        self.total = sum(listing.total for listing in self._listings)

    def __iter__(self) -> Iterator[Message]:
        return self.share(0, 1)

    def share(self, number: int, among: int) -> Iterator[Message]:
        """Every `among`-th message, beginning with message `number`, counted from 0."""
        for listing in self._listings:
            yield from self._messages(listing, number, among)
            number = (number - listing.total) % among

    def _messages(self, listing: _Listing, number: int, among: int) -> Iterator[Message]:
        files = FolderFiles(listing.folder, self._keywords)
        for name, directory in islice(listing.names(), number, None, among):
            file = files.named(directory, name)
            yield Message(MaildirSource(file.path), file=file)


class FolderFiles:
    """The message files of one folder, by their names; `folder` is its logical name."""

    def __init__(self, folder: WalkedFolder, keywords: KeywordsOf) -> None:
        self.folder = folder.name
        self._path = folder.path
        self._keywords_of = keywords
        self._keywords: Mapping[str, str] | None = None

    def named(self, directory: str, name: str) -> ListedFile:
        """The message file `name` in `directory`, which is new/ or cur/ of the folder."""
        return ListedFile(self, f"{directory}/{name}")

    def keywords(self, letters: str) -> tuple[str, ...]:
        """The keywords that lower-case letters stand for in this folder."""
        known = self._keywords
        if known is None:
            known = self._keywords = self._keywords_of(self._path)
        return tuple([known[letter] for letter in letters if letter in known])


class ListedFile:
    """A MessageFile that reads the flags in its name when a rule asks for them, as few do.

    `mtime` raises FileNotFoundError if the message is gone when it is first asked for.
    """

    __slots__ = ("_files", "_mtime", "path")

    def __init__(self, files: FolderFiles, path: str) -> None:
        self.path = path
        self._files = files
        self._mtime: float | None = None

    @property
    def folder(self) -> str:
        return self._files.folder

    @property
    def flags(self) -> str:
        return "".join([letter for letter in self._letters() if not "a" <= letter <= "z"])

    @property
    def keywords(self) -> tuple[str, ...]:
        letters = self._letters()
        return self._files.keywords(letters) if letters and not letters.isupper() else ()

    @property
    def mtime(self) -> float:
        if self._mtime is None:
            self._mtime = os.lstat(self.path).st_mtime
        return self._mtime

    def _letters(self) -> str:
        info = self.path.rpartition("/")[2].rpartition(":2,")
        return info[2].partition(",")[0] if info[1] else ""


class _Listing:
    """The names in one folder, sorted, so by time of delivery: unique names begin with it."""

    def __init__(self, folder: WalkedFolder, parts: tuple[str, ...], report: Report) -> None:
        self.folder = folder
        self.total = 0
        self._report = report
        self._pieces: list[tuple[str, str]] = []
        for part in parts:
            self._list(f"{folder.path}/{part}")

    def _list(self, directory: str) -> None:
        try:
            with os.scandir(directory) as entries:
                names = self._names(entries)
                while piece := list(islice(names, PIECE)):
                    piece.sort()
                    self.total += len(piece)
                    self._pieces.append((directory, "/".join(piece)))
        except FileNotFoundError:
            return
        except OSError as error:
            self._report(directory, error.strerror or str(error))

    def _names(self, entries: Iterator[os.DirEntry[str]]) -> Iterator[str]:
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_file(follow_symlinks=False):
                yield name
            else:
                self._report(entry.path, _kind(entry))

    def names(self) -> Iterator[tuple[str, str]]:
        """Each name with its directory, in the order of the names."""
        streams = [_split(directory, piece) for directory, piece in self._pieces]
        return streams[0] if len(streams) == 1 else heapq.merge(*streams)


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "is a symbolic link, not followed"
    return "is a directory, not a message" if entry.is_dir() else "is not a regular file"


def _split(directory: str, piece: str) -> Iterator[tuple[str, str]]:
    """The names of a piece, a few at a time, so that few of them are in memory at once."""
    start, end = 0, 0
    while end >= 0:
        end = piece.find("/", start + 10_000)
        for name in piece[start : end if end >= 0 else len(piece)].split("/"):
            yield name, directory
        start = end + 1
