"""places: where a message is before and after a dry run, as a kind and a name.

A place is one end of a flow: a folder, whatever flags are set in it, or what is done with a
message instead. Flags and copies are told in words (`report.wording`) beside it. Mail that is
in no Maildir comes from its directory, or from its mailbox file.
"""

from __future__ import annotations

import os

from maildrop_py.message.source import FileSource
from maildrop_py.report.pictures.flow import REST
from maildrop_py.report.statistics.places import (
    DISCARDED,
    ELSEWHERE,
    REJECTED,
    folder_kind,
)
from maildrop_py.report.wording import action_kind
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.message import Message

    Place = tuple[int, str]

SOURCE, OTHERS = 6, REST
"""Kinds beside those of `statistics.places`: mail that is not filed; what is drawn together."""

LONGEST = 120
"""Characters of a name."""


def place_of(decision: Decision) -> Place:
    """Where a message finally goes."""
    kind = action_kind(decision)
    if kind == "file":
        return folder(decision.filings[-1].folder)
    if kind == "discard":
        return DISCARDED, text("(discarded)")
    if kind == "reject":
        return REJECTED, text("(rejected)")
    names = {
        "defer": text("(deferred)"),
        "forward": text("(forwarded)"),
        "pipe": text("(given to a program)"),
    }
    return ELSEWHERE, names.get(kind, f"({kind})")


def place_before(path: str, message: Message) -> Place:
    """Where a message is now: its folder, or the directory or the file that it is in."""
    if message.file is not None:
        return folder(message.file.folder)
    if path == "-":
        return SOURCE, text("(standard input)")
    if not isinstance(message.source, FileSource):
        mailbox, _, number = path.rpartition("#")
        return SOURCE, os.path.basename(mailbox if number.isdigit() else path)[:LONGEST]
    return SOURCE, os.path.basename(os.path.dirname(os.path.abspath(path)))[:LONGEST] or "/"


def is_left_alone(message: Message, decision: Decision) -> bool:
    """Whether a filed message is where it belongs already, with its flags."""
    file = message.file
    if file is None or len(decision.actions) != 1 or decision.reject or decision.defer:
        return False
    if decision.add_headers or decision.last_headers or decision.replaced_headers:
        return False
    if decision.answers:
        return False
    if decision.remove_headers or decision.rename_headers:
        return False
    if place_of(decision) != folder(file.folder):
        return False
    filing = decision.filings[-1]
    has = {name.lower() for name in file.keywords}
    lacks = any(name.lower() not in has for name in filing.keywords)
    return set(filing.flags) <= set(file.flags) and not lacks


def folder(name: str) -> Place:
    """The place that a folder is."""
    return folder_kind(name), name[:LONGEST]
