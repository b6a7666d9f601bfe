"""people_moves: what people say of mail by moving it: into Junk is spam, out of it is ham.

The Maildir is looked at again and again. A file that was in one folder and is in
another now was moved, or copied, whatever the mail reader did (IMAP MOVE, COPY
and EXPUNGE): Dovecot and Courier link the file, so that its inode tells; a copy
that a client uploaded is known by its Message-ID once the other one is gone. The
keywords $Junk, $NotJunk, Junk and NonJunk, set where they were not, say the same.

Guarantees: what the program filed itself (its journals and its log name the file)
teaches nothing, nor does mail that was delivered to Junk by whomever. A message
that goes back is taken back: nothing stays learnt of it. Out of Junk into Trash
says nothing, as does what is copied out of both.

Known limits: what is moved while nobody looks, or between two looks before it was
seen at all, is missed. Of messages that lay in folders before the start, the
Message-ID is known of those in Junk alone.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict

from maildrop_py.maildir.file_name import parse
from maildrop_py.maildir.keywords import names_by_letter
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.refile.chosen_folders import chosen_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.maildir.maildir import Folder, Maildir

    Files = dict[str, int]  # file name to inode
    Place = tuple[str, int]  # folder and inode

MOST_IDS = 20_000
"""Message-IDs that are remembered, with the place they were seen at last."""

MOST_READ = 2_000
"""Messages in Junk whose Message-ID is read at the start."""

MOST_WAITING = 1_000
"""Uploaded copies whose originals are not gone yet."""

_TICK = 100_000_000  # nanoseconds: more than the clock of any file system
_SPAM = frozenset(("$Junk", "Junk"))
_HAM = frozenset(("$NotJunk", "NonJunk"))


class PeopleMoves:
    """What people move in `maildir`; `look` tells `teach` of it.

    `teach` gets a message, whether it was called spam, and whether that was said by a
    move, which can go back. `filed_by_program` says of a folder's
    directory and a base name whether we put it there.
    """

    def __init__(
        self,
        maildir: Maildir,
        junk: str,
        trash: str,
        filed_by_program: Callable[[str, str], bool],
        teach: Callable[[Message, bool, bool], None],
    ) -> None:
        self._maildir = maildir
        self._junk, self._trash = junk, trash
        self._filed_by_program = filed_by_program
        self._teach = teach
        self._mtimes: dict[str, int] = {}
        self._files: dict[str, Files] = {}  # by directory
        self._names: dict[int, dict[str, str]] = {}  # of an inode, by folder
        self._ids: OrderedDict[str, Place] = OrderedDict()
        self._waiting: dict[str, Place] = {}  # by path: where the original is
        junk_files = self._list()
        self._index()
        self._read_ids([one for one in junk_files if one[0].name == junk][-MOST_READ:])

    def look(self) -> None:
        """Find what was moved since the last look."""
        known = self._names
        appeared = self._list()
        if appeared:
            for folder, path, inode in appeared:
                self._appeared(folder, path, inode, known.get(inode, {}))
        self._index()
        self._look_at_waiting()

    def _list(self) -> list[tuple[Folder, str, int]]:
        """The files that are new, with their paths and inodes; unchanged directories are passed."""
        appeared = []
        listed: dict[str, Files] = {}
        for folder in chosen_folders(self._maildir, None, lambda path, why: None):
            for part in ("new", "cur"):
                directory = f"{folder.path}/{part}"
                before = self._files.get(directory, {})
                listed[directory] = now = self._files_of(directory, before)
                if now is not before:
                    new = [name for name in now if name not in before]
                    appeared += [(folder, f"{directory}/{name}", now[name]) for name in new]
        self._files = listed
        return appeared

    def _files_of(self, directory: str, before: Files) -> Files:
        """What is in a directory; `before` itself where that has not changed."""
        try:
            mtime = os.stat(directory).st_mtime_ns
            if self._mtimes.get(directory) == mtime:
                return before
            with os.scandir(directory) as entries:
                found = {entry.name: entry.inode() for entry in entries}
        except OSError:
            return {}
        settled = time.time_ns() - mtime > _TICK
        self._mtimes[directory] = mtime if settled else 0  # it may change again in this tick
        return found

    def _index(self) -> None:
        """Where each inode is now."""
        names: dict[int, dict[str, str]] = {}
        for directory, files in self._files.items():
            folder = os.path.dirname(directory)
            for name, inode in files.items():
                names.setdefault(inode, {})[folder] = name
        self._names = names

    def _appeared(self, folder: Folder, path: str, inode: int, known: dict[str, str]) -> None:
        before = known.get(folder.path)
        if before is not None:
            self._look_at_keywords(folder, path, before)
            return
        message = Message(FileSource(path))
        message_id = _id_of(message)
        original = self._ids.get(message_id) if message_id and not known else None
        self._remember(message_id, (folder.path, inode))
        if self._filed_by_program(folder.path, parse(os.path.basename(path)).base):
            return
        if known:
            self._moved(message, folder.path, set(known))
        elif original is not None and len(self._waiting) < MOST_WAITING:
            self._waiting[path] = original

    def _look_at_waiting(self) -> None:
        """Uploaded copies are moves once their originals are gone."""
        for path, (origin, inode) in list(self._waiting.items()):
            if origin in self._names.get(inode, {}):
                continue
            del self._waiting[path]
            folder = os.path.dirname(os.path.dirname(path))
            if os.path.exists(path):
                self._moved(Message(FileSource(path)), folder, {origin})

    def _moved(self, message: Message, to: str, origins: set[str]) -> None:
        junk, trash = (self._path(name) for name in (self._junk, self._trash))
        if to == junk and junk not in origins:
            self._teach(message, True, True)
        elif to not in (junk, trash) and origins == {junk}:
            self._teach(message, False, True)

    def _look_at_keywords(self, folder: Folder, path: str, before: str) -> None:
        """A keyword that says spam or ham, and was not there before."""
        had, has = parse(before).letters, parse(os.path.basename(path)).letters
        new = set(has) - set(had)
        if not new:
            return
        names = names_by_letter(folder.path)
        said = {names.get(letter, "") for letter in new}
        if bool(said & _SPAM) != bool(said & _HAM):
            self._teach(Message(FileSource(path)), bool(said & _SPAM), False)

    def _path(self, name: str) -> str:
        return self._maildir.folder(name).path

    def _read_ids(self, found: list[tuple[Folder, str, int]]) -> None:
        for folder, path, inode in found:
            self._remember(_id_of(Message(FileSource(path))), (folder.path, inode))

    def _remember(self, message_id: str, place: Place) -> None:
        if message_id:
            self._ids[message_id] = place
            self._ids.move_to_end(message_id)
            if len(self._ids) > MOST_IDS:
                self._ids.popitem(last=False)


def _id_of(message: Message) -> str:
    try:
        return (message.headers.first("Message-ID") or "").strip()
    except OSError:
        return ""  # moved again meanwhile
