"""undo_selection: which lines of a past run are to be put back."""

from __future__ import annotations

from maildrop_py.errors import UsageError
from maildrop_py.maildir.folder_name import BadFolderName, from_disk
from maildrop_py.refile.undo import UNDO, undone_before
from maildrop_py.rules.matching.text import glob_fits
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.refile.past_runs import PastRun

    Line = dict[str, Any]


def run_to_undo(runs: list[PastRun], name: str | None) -> PastRun:
    """The run named, or the last one of which something can be put back; raises UsageError."""
    if name is None:
        past = _last_to_undo(runs)
        wording = "there is nothing to undo"
    else:
        past = next((it for it in runs if it.name == name), None)
        wording = "no such run: {name}; `maildrop-py undo --list` shows all"
    if past is None:
        raise UsageError(text(wording, name=name or ""))
    return past


def _last_to_undo(runs: list[PastRun]) -> PastRun | None:
    """The latest of `runs` of which something can be put back."""
    for past in runs:
        if past.command != UNDO and _is_left(past, runs):
            return past
    return None


def _is_left(past: PastRun, runs: list[PastRun]) -> bool:
    before = undone_before(past, runs)
    return any(number not in before for number, _ in past.performed())


class Wanted:
    """Whether a line of the journal is chosen: by globs of folder and rule, and part of a name."""

    def __init__(
        self, past: PastRun, folder: str | None, rule: str | None, message: str | None
    ) -> None:
        self._layout = str(past.head.get("layout", "maildir++"))
        self._encoding = str(past.head.get("encoding", "imap-utf-7"))
        self._folder, self._rule, self._message = folder, rule, message

    def __call__(self, line: Line) -> bool:
        names = f"{line.get('from', '')}\n{line.get('to', '')}"
        return (
            (self._folder is None or glob_fits(self._folder, self._name(line.get("to", ""))))
            and (self._rule is None or glob_fits(self._rule, line.get("rule") or ""))
            and (self._message is None or self._message in names)
        )

    def _name(self, path: str) -> str:
        directory = path.rpartition("/")[0].rpartition("/")[0]
        try:
            return from_disk(directory, self._layout, self._encoding)
        except BadFolderName:
            return directory
