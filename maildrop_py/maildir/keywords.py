"""keywords: IMAP keywords such as $Work, as letters a-z in the file names of a folder.

The folder's `dovecot-keywords` says what each letter means: lines of
`number name`, 0 for a. A new name is added as Dovecot itself adds it: under
`dovecot-uidlist.lock` the file is read again, and replaced by renaming
`dovecot-keywords.lock`, with a later mtime (in seconds) than before, because by
that Dovecot sees that it has changed.

Guarantee: no message waits long for a keyword. If the lock cannot be had within
`timeout`, if the 26 letters are used up, or if a name is not a keyword, the
others are set and a warning is returned. Names are compared without case.
[dovecot 2.3 maildir-keywords.c, maildir-uidlist.c]
"""

from __future__ import annotations

import os
import time

from maildrop_py.maildir.dotlock import Dotlock
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.regular_file import read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIMIT = 26
NAME_LIMIT = 50  # bytes, Dovecot's mail_max_keyword_length
LOCK_TIMEOUT = 5.0  # seconds
_LONGEST_FILE = 1 << 16  # bytes that are read
_LETTERS = {str(number): chr(ord("a") + number) for number in range(LIMIT)}
_NO_ATOM = frozenset('(){ %*"\\]')  # RFC 3501 9, atom-specials
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def names_of(folder: str, letters: Iterable[str]) -> tuple[str, ...]:
    """The keywords that `letters` mean in the directory `folder`, without the unknown ones."""
    known = {letter: name for name, letter in read(folder).values()}
    return tuple(known[letter] for letter in sorted(set(letters)) if letter in known)


def assign(
    folder: str, keywords: Iterable[str], *, timeout: float = LOCK_TIMEOUT
) -> tuple[str, str]:
    """The letters of `keywords` in the directory `folder`, new ones if needed, and a warning.

    The warning is "" if all could be set. Never raises OSError.
    """
    wanted = {name.lower(): name for name in keywords}
    usable = {key: name for key, name in wanted.items() if is_keyword(name)}
    reason = ""
    try:
        known = read(folder)
        if not known.keys() >= usable.keys():
            known = _extend(folder, usable, timeout)
    except OSError as error:
        known, reason = _read_if_possible(folder), f" ({error})"
    letters = "".join(known[key][1] for key in usable if key in known)
    unset = [name for key, name in wanted.items() if key not in usable or key not in known]
    if not unset:
        return letters, ""
    return letters, f"{folder}: keywords not set: {' '.join(map(ascii, unset))}{reason}"


def are_known(folder: str, keywords: Iterable[str]) -> bool:
    """Whether assign() will find all `keywords`, so that it needs no lock."""
    try:
        known = read(folder)
    except OSError:
        return False
    return all(name.lower() in known or not is_keyword(name) for name in keywords)


def is_keyword(name: str) -> bool:
    """Whether `name` is an atom (RFC 3501 flag-keyword) of a length Dovecot takes."""
    return (
        0 < len(name) <= NAME_LIMIT
        and all("!" <= c <= "~" for c in name)
        and not (_NO_ATOM & set(name))
    )


def read(folder: str) -> dict[str, tuple[str, str]]:
    """The file's content: name in lower case -> (name, letter). Raises OSError."""
    try:
        data = read_regular(f"{folder}/dovecot-keywords", _LONGEST_FILE)
    except FileNotFoundError:
        return {}
    known: dict[str, tuple[str, str]] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        number, _, name = line.partition(" ")
        if name and number in _LETTERS:
            known.setdefault(name.lower(), (name, _LETTERS[number]))
    return known


def names_by_letter(folder: str) -> dict[str, str]:
    """What the keyword letters mean in the directory `folder`; {} if that cannot be read."""
    return {letter: name for name, letter in _read_if_possible(folder).values()}


def _read_if_possible(folder: str) -> dict[str, tuple[str, str]]:
    try:
        return read(folder)
    except OSError:
        return {}


def _extend(folder: str, wanted: Mapping[str, str], timeout: float) -> dict[str, tuple[str, str]]:
    """Give a letter to each of `wanted` that has none, as long as there are letters."""
    with Dotlock(f"{folder}/dovecot-uidlist", timeout):
        known = read(folder)
        used = {letter for _, letter in known.values()}
        free = [c for c in map(chr, range(ord("a"), ord("a") + LIMIT)) if c not in used]
        new = [key for key in wanted if key not in known]
        for key, letter in zip(new, free, strict=False):
            known[key] = (wanted[key], letter)
        if new and free:
            _replace(folder, known)
    return known


def _replace(folder: str, known: Mapping[str, tuple[str, str]]) -> None:
    path, temp = f"{folder}/dovecot-keywords", f"{folder}/dovecot-keywords.lock"
    lines = sorted((ord(letter) - ord("a"), name) for name, letter in known.values())
    text = "".join(f"{number} {name}\n" for number, name in lines)
    _remove(temp)  # a leftover: we have the lock, so nobody else is writing it
    try:
        _write(temp, text.encode(), _mode_and_mtime(path))
        os.rename(temp, path)
    except BaseException:
        _remove(temp)
        raise
    sync_directory(folder)


def _write(temp: str, data: bytes, old: tuple[int, int]) -> None:
    mode, mtime = old
    descriptor = os.open(temp, _CREATE, 0o600)
    try:
        os.fchmod(descriptor, mode)
        if os.write(descriptor, data) != len(data):
            raise OSError(f"{temp}: short write")
        now = int(time.time())
        if now <= mtime:
            os.utime(descriptor, (now, mtime + 1))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mode_and_mtime(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return 0o600, 0
    return found.st_mode & 0o666, int(found.st_mtime)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
