"""changes: all that `init` changes, noted before it is done, so that `init --undo` takes it back.

Guarantee: a file that was there is never lost: it is kept beside under another name, and its
place gets the new one at once and whole. Undo touches only what is still as `init` left it; what is
left as it is, is said with the reason.

Known limit: what was done by hand with the same result cannot be told from what `init` did.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping

from maildrop_py.errors import Permanent
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.record import record
from maildrop_py.set_up.maildir_removal import remove_empty_maildir
from maildrop_py.translation import text as translated

FILE, DIRECTORY, MAILDIR = "file", "directory", "Maildir"
MESSAGE, PARAMETER = "message", "parameter"
KEPT = "before-maildrop-py"


@record
class Change:
    """One change. `now` is the SHA-256 of a file, or a parameter's value; `before` is the path
    where the file before it is kept, or the parameter's value before; "" is none."""

    kind: str
    name: str
    now: str = ""
    before: str = ""


class Parameters:
    """The settings of a mail server, by name; one that was not set has the value ""."""

    def value(self, name: str) -> str:
        """The value now."""
        raise NotImplementedError

    def put(self, name: str, value: str) -> None:
        """Give it a value; "" takes the setting away."""
        raise NotImplementedError


class Changes:
    """The changes noted in the file at `path`; `say` gets a line for each that is made."""

    def __init__(self, path: str, say: Callable[[str], None]) -> None:
        self._path, self._say = path, say
        self.noted: list[Change] = _read(path)

    def make_directory(self, path: str, mode: int = 0o700) -> None:
        """Make the directory and those above it, unless it is there."""
        if os.path.isdir(path):
            return
        self.make_directory(os.path.dirname(path), mode)
        self._note(Change(DIRECTORY, path))
        os.mkdir(path, mode)

    def make_maildir(self, path: str) -> None:
        """Make an empty Maildir; raises OSError if there is something."""
        self.make_directory(os.path.dirname(path))
        self._note(Change(MAILDIR, path))
        for part in ("", "/cur", "/new", "/tmp"):
            os.mkdir(path + part, 0o700)
        self._say(translated("made {path}", path=path))

    def write_file(self, path: str, text: str, mode: int = 0o600) -> None:
        """Let the file hold `text`; a file that is there is kept beside it. Raises OSError."""
        data = text.encode()
        before = _kept_beside(path) if os.path.lexists(path) else ""
        self._note(Change(FILE, path, _sum(data), before))
        if before:
            _copy(path, before)
        draft = f"{path}.maildrop-py.new"
        _write(draft, data, mode)
        os.replace(draft, path)
        sync_directory(os.path.dirname(path))
        wording = "wrote {path}; what was there is in {before}" if before else "wrote {path}"
        self._say(translated(wording, path=path, before=before))

    def note_message(self, path: str) -> None:
        """A message that was delivered to try the line."""
        self._note(Change(MESSAGE, path))

    def set_parameter(self, parameters: Parameters, name: str, value: str) -> None:
        """Give a setting of the mail server a value."""
        before = parameters.value(name)
        self._note(Change(PARAMETER, name, value, before))
        parameters.put(name, value)
        self._say(translated("set {name} = {value}", name=name, value=value))

    def undo(self, parameters: Parameters | None) -> bool:
        """Take everything back, the last first; whether nothing was left."""
        left = []
        for change in reversed(self.noted):
            why = self._take_back(change, parameters)
            if why:
                self._say(translated("left: {name}: {why}", name=change.name, why=why))
                left.append(change)
        self.noted = left[::-1]
        self._write_notes()
        return not left

    def take_back_last(self, parameters: Parameters | None) -> None:
        """Undo the last change alone."""
        if not self._take_back(self.noted[-1], parameters):
            self.noted.pop()
            self._write_notes()

    def _take_back(self, change: Change, parameters: Parameters | None) -> str:
        """Why this could not be taken back; "" if it was, or is not there any more."""
        try:
            if change.kind == PARAMETER:
                return self._parameter_back(change, parameters)
            if not os.path.lexists(change.name):
                if not change.before:
                    return ""
                return translated("it is gone; before it: {before}", before=change.before)
            return _BACK[change.kind](self, change)
        except OSError as error:
            return str(error.strerror or error)

    def _file_back(self, change: Change) -> str:
        if os.path.islink(change.name) or _sum_of(change.name) != change.now:
            return translated("it was changed since")
        if not change.before:
            os.unlink(change.name)
            self._say(translated("removed {path}", path=change.name))
        elif not os.path.exists(change.before):
            return translated("{path} is gone", path=change.before)
        else:
            os.replace(change.before, change.name)
            self._say(translated("put {path} back as it was", path=change.name))
        return ""

    def _directory_back(self, change: Change) -> str:
        if os.listdir(change.name):
            return translated("it is not empty")
        os.rmdir(change.name)
        self._say(translated("removed {path}", path=change.name))
        return ""

    def _maildir_back(self, change: Change) -> str:
        why = remove_empty_maildir(change.name)
        if not why:
            self._say(translated("removed {path}", path=change.name))
        return why

    def _message_back(self, change: Change) -> str:
        os.unlink(change.name)
        self._say(translated("removed the test message {path}", path=change.name))
        return ""

    def _parameter_back(self, change: Change, parameters: Parameters | None) -> str:
        if parameters is None:
            return translated("the mail server is not here")
        if parameters.value(change.name) != change.now:
            return translated("it was changed since")
        parameters.put(change.name, change.before)
        self._say(translated("set {name} = {value}", name=change.name, value=change.before))
        return ""

    def _note(self, change: Change) -> None:
        self.noted.append(change)
        self._write_notes()

    def _write_notes(self) -> None:
        if not self.noted:
            if os.path.exists(self._path):
                os.unlink(self._path)
            return
        os.makedirs(os.path.dirname(self._path), 0o700, exist_ok=True)
        rows = [[it.kind, it.name, it.now, it.before] for it in self.noted]
        text = json.dumps({"version": 1, "changes": rows}, indent=1, ensure_ascii=False)
        _write(f"{self._path}.new", text.encode(), 0o600)
        os.replace(f"{self._path}.new", self._path)


_BACK: Mapping[str, Callable[[Changes, Change], str]] = {
    FILE: Changes._file_back,
    DIRECTORY: Changes._directory_back,
    MAILDIR: Changes._maildir_back,
    MESSAGE: Changes._message_back,
}


def _read(path: str) -> list[Change]:
    try:
        with open(path, encoding="utf-8") as file:
            return [Change(*row) for row in json.load(file)["changes"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise Permanent(f"{path} is not what `init` wrote there: {error}") from None


def _write(path: str, data: bytes, mode: int) -> None:
    """A new file, synced; one that an earlier run left half written goes."""
    if os.path.lexists(path):
        os.unlink(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(path, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _kept_beside(path: str) -> str:
    """A name beside it that is free."""
    name, number = f"{path}.{KEPT}", 1
    while os.path.lexists(name):
        number += 1
        name = f"{path}.{KEPT}-{number}"
    return name


def _copy(path: str, to: str) -> None:
    with open(path, "rb") as file:
        _write(to, file.read(), os.stat(path).st_mode & 0o777)


def _sum_of(path: str) -> str:
    with open(path, "rb") as file:
        return _sum(file.read())


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
