"""moved_name: the path that a message gets when it is moved or flagged.

Guarantee: S= and W= stay as they are (a missing S= is added, from the size on
disk), `,U=` is removed, unknown flags and what follows a comma behind them stay.
Keywords keep their meaning: their letters are those of the new folder. A message
stays in new/ if it has no flag and gets none. In another folder, and only there,
it gets a new unique name, because Dovecot renames a file whose base name the
folder has had before.

Reports: LostKeywords if a keyword that the message has cannot be set in the new
folder; OSError. If a keyword that a rule adds cannot be set, `warn` is called.
"""

from __future__ import annotations

import os

from maildrop_py.errors import StorageFailed
from maildrop_py.maildir import keywords
from maildrop_py.maildir.file_name import moved, parse
from maildrop_py.maildir.unique_name import INFO, join_flags, new_base
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.maildir.file_name import FileName


class LostKeywords(StorageFailed):
    """A message would lose a keyword by being moved."""


class KeywordLetters:
    """What keyword letters mean in folders, read once; make a new one for each batch."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._moved: dict[tuple[str, str, str], str] = {}
        self._assigned: dict[tuple[str, tuple[str, ...]], str] = {}

    def moved(self, old: str, folder: str, letters: str) -> str:
        """The letters in `folder` for what `letters` mean in `old`, both directories."""
        key = (old, folder, letters)
        found = self._moved.get(key)
        if found is None:
            found = self._moved[key] = _moved_letters(old, folder, letters)
        return found

    def assigned(self, folder: str, names: tuple[str, ...]) -> str:
        """The letters of the keywords `names` in `folder`."""
        key = (folder, names)
        found = self._assigned.get(key)
        if found is None:
            found, warning = keywords.assign(folder, names)
            self._assigned[key] = found
            if warning:
                self._warn(warning)
        return found


def _moved_letters(old: str, folder: str, letters: str) -> str:
    meanings = {letter: name for name, letter in keywords.read(old).values()}
    names = [meanings[letter] for letter in letters if letter in meanings]
    assigned, warning = keywords.assign(folder, names)
    if warning:
        raise LostKeywords(f"not moved, it would lose keywords: {warning}")
    unknown = [letter for letter in letters if letter not in meanings]
    taken = {letter for _, letter in keywords.read(folder).values()} if unknown else set()
    return assigned + "".join(letter for letter in unknown if letter not in taken)


def moved_path(
    source: str, folder: str, flags: str, names: tuple[str, ...], letters: KeywordLetters
) -> str:
    """The path in the directory `folder` for the message at `source`.

    `flags` and the keywords `names` are added to those it has.
    """
    directory, _, file_name = source.rpartition("/")
    old, _, part = directory.rpartition("/")
    front, info, has = file_name.rpartition(INFO)
    if not info:
        front, has = file_name, ""
    plain = not has or (has.isupper() and "," not in has)
    if names or not plain or ":" in front or ",U=" in front or ",S=" not in front:
        name = _moved_name(source, old, folder, flags, names, letters)
        return f"{folder}/{_part(part, name)}/{_with_info(part, name)}"
    if flags:
        has = join_flags(has + flags)
    if old != folder:
        front = new_base() + front[front.index(",") :]
    if part == "new" and not has:
        return f"{folder}/new/{front}"
    return f"{folder}/cur/{front}{INFO}{has}"


def _moved_name(
    source: str,
    old: str,
    folder: str,
    flags: str,
    names: tuple[str, ...],
    letters: KeywordLetters,
) -> FileName:
    """moved_path() for a name with something unusual in it."""
    name = parse(source.rpartition("/")[2])
    if old != folder:
        if name.field("S") is None:
            size = os.stat(source).st_size
            name = replace(name, fields=(f"S={size}", *name.fields))
        has = letters.moved(old, folder, name.letters) if name.letters else ""
        name = replace(moved(name), letters=has)
    more = letters.assigned(folder, names) if names else ""
    return replace(
        name, flags=join_flags(name.flags + flags), letters=join_flags(name.letters + more)
    )


def _part(part: str, name: FileName) -> str:
    flagged = name.info is None and (name.flags or name.letters)
    return "cur" if part != "new" or flagged else "new"


def _with_info(part: str, name: FileName) -> str:
    text = name.text()
    bare = INFO not in text and name.info is None
    return text + INFO if bare and _part(part, name) == "cur" else text
