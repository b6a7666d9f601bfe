"""log_search: which entries of the log are about a message, and what they say in words.

A message is known by a part of its subject, its Message-ID, an address, a path or a
name of its file. Entries about the same file are found too: a message that was
delivered, and then moved by `refile` and put back by `undo`, is one story.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from maildrop_py.message.message import Message
from maildrop_py.message.normal_form import composed
from maildrop_py.message.source import FileSource
from maildrop_py.report.attachments import in_words as attachment_in_words
from maildrop_py.report.log_reader import Entry
from maildrop_py.report.tables import width_of
from maildrop_py.report.visible import visible
from maildrop_py.translation import marked, text

INFO = ":2,"


class Search:
    """Finds what is about one message, or about all with an address; `wanted` is any of these."""

    def __init__(self, wanted: str) -> None:
        self._text = _folded(wanted)
        self._bare = self._text.strip("<>")
        self._names = {_base_name(wanted)} if wanted else set()
        self._message_id = _message_id_in(wanted)

    def latest(self, log: Callable[[], Iterable[Entry]], limit: int) -> list[Entry]:
        """The last entries that are about it, newest first; `log` gives all, oldest first.

        The log is read again as long as new names of its files come up.
        """
        while True:
            known = len(self._names)
            found = deque(filter(self._is_about, log()), limit)
            if len(self._names) == known:
                return [*reversed(found)]

    def _is_about(self, entry: Entry) -> bool:
        if not (self._is_named(entry) or self._says(entry)):
            return False
        self._names |= _names_of(entry)
        return True

    def _is_named(self, entry: Entry) -> bool:
        return not self._names.isdisjoint(_names_of(entry))

    def _says(self, entry: Entry) -> bool:
        message_id = _folded(entry.get("message_id"))
        if message_id and (message_id == self._message_id or self._bare == message_id.strip("<>")):
            return True
        if "@" in self._text:
            fields = ("sender", "recipient", "from")
            return any(self._bare in _folded(entry.get(field)) for field in fields)
        return bool(self._text) and self._text in _folded(entry.get("subject"))


LABELS = {
    "subject": marked("subject:"),
    "from": marked("from:"),
    "message-id": marked("message-id:"),
    "envelope": marked("envelope:"),
    "error": marked("error:"),
    "did": marked("did:"),
    "rule": marked("rule:"),
    "moved from": marked("moved from:"),
    "run": marked("run:"),
    "attached": marked("attached:"),
    "because": marked("because:"),
    "file": marked("file:"),
    "warning": marked("warning:"),
}
"""What stands before a field of an entry, by its name."""


RESULTS = {
    "delivered": marked("delivered"),
    "rejected": marked("rejected"),
    "discarded": marked("discarded"),
    "refiled": marked("refiled"),
    "imported": marked("imported"),
    "undone": marked("undone"),
}
"""What became of a message, as the log says it."""


def in_words(entry: Entry) -> Iterator[str]:
    """The lines that tell of one entry."""
    when = datetime.fromisoformat(entry["time"]).astimezone()
    what = _outcome(entry)
    yield f"{when:%Y-%m-%d %H:%M:%S}  {what}"
    for name, value in _fields(entry):
        label = text(LABELS[name]).removesuffix(":")
        yield "    " + label + " " * max(1, 11 - width_of(label)) + visible(value)


def _outcome(entry: Entry) -> str:
    result, command = str(entry.get("result")), str(entry.get("command"))
    if result == "deferred":
        wording = "not delivered by {command}: the mail server tries again"
        return text(wording, command=command)
    if result == "failed":
        return text("{command} failed", command=command)
    return text("{result} by {command}", result=text(RESULTS.get(result, result)), command=command)


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    for name, key in (("subject", "subject"), ("from", "from"), ("message-id", "message_id")):
        if entry.get(key):
            yield name, str(entry[key])
    ends = (("from", entry.get("sender")), ("to", entry.get("recipient") or None))
    if known := [f"{word} <{address}>" for word, address in ends if address is not None]:
        yield "envelope", " ".join(known)
    if entry.get("error"):
        yield "error", str(entry["error"])
    done = [*entry.get("actions", ())]
    if entry.get("reject"):
        done.append(f"rejected: {entry['reject']}")
    if done:
        yield "did", ", ".join(map(str, done))
    for name, key in (("rule", "rule"), ("moved from", "moved_from"), ("run", "run")):
        if entry.get(key):
            yield name, str(entry[key])
    for it in entry.get("attachments", ()):
        yield (
            "attached",
            attachment_in_words(*(it.get(name, "") for name in ("name", "type", "size"))),
        )
    for name, key in (("because", "reasons"), ("file", "paths"), ("warning", "warnings")):
        for value in entry.get(key, ()):
            yield name, str(value)


def _names_of(entry: Entry) -> set[str]:
    paths: Iterable[str] = (*entry.get("paths", ()), entry.get("moved_from") or "")
    return {_base_name(path) for path in paths if path}


def _base_name(path: str) -> str:
    return os.path.basename(path).partition(INFO)[0]


def _message_id_in(path: str) -> str:
    """The Message-ID of the message in a file, if this is the path of one."""
    if not os.path.isfile(path):
        return ""
    try:
        headers = Message(FileSource(path)).headers
    except OSError:
        return ""
    return _folded((headers.first("Message-ID") or "").strip())


def _folded(text: object) -> str:
    return composed(str(text or "")).casefold()
