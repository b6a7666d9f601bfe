"""maildir_walk: the messages that lie in chosen folders of a Maildir, oldest name first.

All folders are listed before the first message is given out, so that what is
moved meanwhile, out of these folders or into them, is neither met twice nor
passed over, and so that it is known how many there are. Names are kept as text
in large pieces, about 70 bytes a message: a million of them fit into 80 MB.

Guarantee: nothing is opened here, and symbolic links are not followed. What is
no message (a directory, a link, a socket) goes to `report` and is passed over,
and so is a folder that cannot be listed. Names that begin with a dot are no
messages, as Maildir says. A message that has gone when its turn comes raises
FileNotFoundError where it is read, not here.

Known limits: a message that arrives after the listing is not seen; files
compressed by Dovecot's zlib plugin look as if they had no header.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from maildrop_py.message.message import Filed, FileSource, Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Place(Protocol):
        """A folder to be walked: its logical `name`, and the `path` of its directory."""

        @property
        def name(self) -> str: ...

        @property
        def path(self) -> str: ...


PIECE = 20_000  # names
Report = Callable[[str, str], None]
"""Told the path of what is no message, and why it is not."""

KeywordsOf = Callable[[str], Mapping[str, str]]
"""Gives the keywords of a folder's directory: letter -> name."""


class MaildirWalk:
    """The messages of `places`, each once; `total` is how many files were listed.

    `parts` are the subdirectories looked into. `keywords` is asked once a folder,
    when its first message with keywords comes.
    """

    def __init__(
        self,
        places: Iterable[Place],
        keywords: KeywordsOf,
        report: Report,
        parts: tuple[str, ...] = ("new", "cur"),
    ) -> None:
        self._keywords = keywords
        self._listings = [_Listing(place, parts, report) for place in places]
        self.total = sum(listing.total for listing in self._listings)

    def __iter__(self) -> Iterator[Message]:
        return self.share(0, 1)

    def share(self, number: int, among: int) -> Iterator[Message]:
        """Every `among`-th message, beginning with that `number`, counted from 0."""
        for listing in self._listings:
            yield from self._messages(listing, number, among)
            number = (number - listing.total) % among

    def _messages(self, listing: _Listing, number: int, among: int) -> Iterator[Message]:
        filed_as = FiledAs(listing.place, self._keywords)
        for name, directory in islice(listing.names(), number, None, among):
            filed = filed_as(directory, name)
            yield Message(FileSource(filed.path), filed=filed)


class FiledAs:
    """Says of the file names of one folder, whose logical name it has, how they are filed."""

    def __init__(self, place: Place, keywords: KeywordsOf) -> None:
        self.folder = place.name
        self._path = place.path
        self._keywords_of = keywords
        self._keywords: Mapping[str, str] | None = None

    def __call__(self, directory: str, name: str) -> Filed:
        """How the file `name` in `directory`, which is new/ or cur/, is filed."""
        return _Lying(self, f"{directory}/{name}")  # type: ignore[return-value]

    def names(self, letters: str) -> tuple[str, ...]:
        """The keywords that lower-case letters stand for in this folder."""
        known = self._keywords
        if known is None:
            known = self._keywords = self._keywords_of(self._path)
        return tuple([known[letter] for letter in letters if letter in known])


class _Lying:
    """A Filed that takes its name apart when a rule asks for flags, as few do.

    `mtime`, when it is looked up, raises FileNotFoundError if the message has gone.
    """

    __slots__ = ("_as", "_mtime", "path")

    def __init__(self, filed_as: FiledAs, path: str) -> None:
        self.path = path
        self._as = filed_as
        self._mtime: float | None = None

    @property
    def folder(self) -> str:
        return self._as.folder

    @property
    def flags(self) -> str:
        return "".join([letter for letter in self._letters() if not "a" <= letter <= "z"])

    @property
    def keywords(self) -> tuple[str, ...]:
        letters = self._letters()
        return self._as.names(letters) if letters and not letters.isupper() else ()

    @property
    def mtime(self) -> float:
        if self._mtime is None:
            self._mtime = os.lstat(self.path).st_mtime
        return self._mtime

    def _letters(self) -> str:
        info = self.path.rpartition("/")[2].rpartition(":2,")
        return info[2].partition(",")[0] if info[1] else ""


class _Listing:
    """The names in one folder, sorted: by time of delivery, as unique names begin with it."""

    def __init__(self, place: Place, parts: tuple[str, ...], report: Report) -> None:
        self.place = place
        self.total = 0
        self._report = report
        self._pieces: list[tuple[str, str]] = []
        for part in parts:
            self._list(f"{place.path}/{part}")

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
    return "is a directory, no message" if entry.is_dir() else "is no regular file"


def _split(directory: str, piece: str) -> Iterator[tuple[str, str]]:
    """The names of a piece, a few at a time, so that few of them exist at once."""
    start, end = 0, 0
    while end >= 0:
        end = piece.find("/", start + 10_000)
        for name in piece[start : end if end >= 0 else len(piece)].split("/"):
            yield name, directory
        start = end + 1
