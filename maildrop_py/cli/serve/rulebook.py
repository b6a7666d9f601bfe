"""rulebook: the compiled rules of many users, kept in memory while they are wanted.

A rules file is looked at again when a second has passed since the last look.
What is broken is said when it is found, and again each minute that it lasts,
in the log of a delivery that it concerns; mail goes on by the last rules that
were good, and to INBOX where there were none.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from maildrop_py.rules.cache import load_stamped
from maildrop_py.rules.program import Program, no_rules
from maildrop_py.rules.sources import stamp, unchanged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.cli.serve.mailbox import Mailbox
    from maildrop_py.rules.sources import Stamp

CHECK = 1.0  # seconds: rules are looked at no more often
REPEAT = 60.0  # seconds between two warnings of the same mistakes
KEPT = 256  # programs, of the users who had mail last


class _Entry:
    """One file's program. `stamps` say of what state of it and of what it includes."""

    __slots__ = ("checked", "program", "said", "stamps", "warnings")

    def __init__(self) -> None:
        self.program = no_rules()
        self.stamps: tuple[Stamp, ...] = ()
        self.checked = self.said = float("-inf")
        self.warnings: tuple[str, ...] = ()


class Rulebook:
    """Programs by rules file and home."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[str, str | None], _Entry] = OrderedDict()

    def program(self, mailbox: Mailbox) -> tuple[Program, tuple[str, ...]]:
        """The rules for a mailbox, and what is to be said of them now."""
        entry = self._entry(mailbox.rules, mailbox, optional=bool(mailbox.default_rules))
        if mailbox.default_rules and _is_missing(entry.stamps):
            entry = self._entry(mailbox.default_rules, mailbox, optional=False)
        return entry.program, _due(entry)

    def forget(self) -> None:
        """Look at every file at its next use."""
        for entry in self._entries.values():
            entry.checked = float("-inf")

    def _entry(self, path: str, mailbox: Mailbox, optional: bool) -> _Entry:
        key = (path, mailbox.rules_home)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
            if len(self._entries) > KEPT:
                self._entries.popitem(last=False)
        else:
            self._entries.move_to_end(key)
        if time.monotonic() - entry.checked > CHECK:
            _check(entry, path, mailbox, optional or mailbox.rules_home is not None)
            entry.checked = time.monotonic()
        return entry


def _check(entry: _Entry, path: str, mailbox: Mailbox, optional: bool) -> None:
    """Load what has changed. A user who has no rules file has no rules, and no mistake."""
    if entry.stamps and unchanged(entry.stamps):
        return
    now = stamp(path)
    warnings: list[str] = []
    if optional and _is_missing((now,)):
        entry.program, entry.stamps = no_rules(), (now,)
    else:
        stamped = load_stamped(path, mailbox.cache, warnings.append, mailbox.rules_home)
        if stamped is not None:
            entry.stamps, entry.program = stamped
    if tuple(warnings) != entry.warnings:
        entry.warnings, entry.said = tuple(warnings), float("-inf")


def _is_missing(stamps: tuple[Stamp, ...]) -> bool:
    return len(stamps) == 1 and stamps[0][1] == -1


def _due(entry: _Entry) -> tuple[str, ...]:
    now = time.monotonic()
    if not entry.warnings or now - entry.said < REPEAT:
        return ()
    entry.said = now
    return entry.warnings
