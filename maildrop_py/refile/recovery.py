"""recovery: find out what a killed refile, watch or undo has done, and finish it.

Its last batch is in the journal without a `done` behind it. For each move:

    new name  old name   then
    --------  ---------  -----------------------------------------------------
    exists    is gone    it was done
    is gone   exists     it was not done; a new run will find the message
    exists    exists     both are compared; the old one goes if they are the same
    is gone   is gone    another program has moved the message since: nothing

Names are looked for as they are, and by what comes before their flags. Then the
journal says what was done, and that the run is over, so `undo` knows it.

Guarantee: the last name of a message is never removed. A journal whose process
lives is left alone. Reports: OSError for a journal that cannot be read or written.
"""

from __future__ import annotations

import os
from binascii import a2b_base64

from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.copying import same_bytes
from maildrop_py.maildir.exclusive_rename import publish, remove
from maildrop_py.maildir.file_name import parse
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.record import record, replace
from maildrop_py.refile.past_runs import DeadJournal, past_runs
from maildrop_py.refile.step import Copy, Delete, Rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.refile.past_runs import PastRun

    Record = dict[str, Any]


@record
class Settled:
    """What became of a killed run: how many moves were in doubt, how many were finished now."""

    run: str
    in_doubt: int
    finished: int


def recover(journals: str, maildir: str, warn: Callable[[str], None]) -> list[Settled]:
    """Settle every killed run on the Maildir at `maildir`, by the directory `journals`."""
    settled = []
    for run in past_runs(journals):
        if not run.ended() and run.maildir == maildir:
            with DeadJournal(run) as journal:
                if not journal.alive:
                    settled.append(_settle(run, journal, warn))
    return settled


def _settle(run: PastRun, journal: DeadJournal, warn: Callable[[str], None]) -> Settled:
    doubtful = run.in_doubt()
    finder = Finder()
    not_done: list[int] = []
    finished = 0
    for number, line in doubtful:
        outcome = _look(run.maildir, line, finder)
        not_done += [number] if outcome == NOT_DONE else []
        finished += outcome == FINISHED
        if outcome == DIFFERENT:
            warn(f"{line['from']} and {line['to']} both stay, because they differ")
    if doubtful:
        last = doubtful[-1][0] + 1
        journal.write(**{"done": last, "not": not_done})
    journal.end()
    return Settled(run.name, len(doubtful), finished)


DONE, NOT_DONE, FINISHED, DIFFERENT = "done", "not done", "finished", "different"


def _look(root: str, line: Record, finder: Finder) -> str:
    """What became of one line, after its second half was done if that was missing."""
    if "from" not in line:
        return DONE
    old = finder.find(os.path.join(root, line["from"]))
    if line["do"] == Delete.kind:
        return DONE if old is None else NOT_DONE
    new = finder.find(os.path.join(root, line["to"]))
    if new is None:
        return NOT_DONE
    if old == new:
        return DONE if _is_flagged(new, line) else NOT_DONE
    if old is None or line["do"] == Copy.kind:
        return DONE
    if not _same(old, new, line):
        return DIFFERENT
    _finish(old, new)
    return FINISHED


def _is_flagged(path: str, line: Record) -> bool:
    """Whether the flags of a message in its own folder were changed as the line says."""
    has, before, then = (_flags(name) for name in (path, line["from"], line["to"]))
    return then - before <= has and not (before - then) & has


def _flags(path: str) -> set[str]:
    name = parse(os.path.basename(path))
    return {*name.flags, *name.letters}


def _same(old: str, new: str, line: Record) -> bool:
    if os.path.samefile(old, new):
        return True
    if line["do"] != Rewrite.kind:
        return same_bytes(old, new)
    head = a2b_base64(line["head"])
    with open(old, "rb") as file:
        return file.read(len(head)) == head and same_bytes(old, new, len(head), line["skip"])


def _finish(old: str, new: str) -> None:
    """Give the new name the flags that the old one has got since, and remove the old one."""
    has, name = parse(os.path.basename(old)), parse(os.path.basename(new))
    if set(has.flags) - set(name.flags) and name.info is None:
        wanted = replace(name, flags="".join(sorted({*name.flags, *has.flags}))).text()
        target = f"{os.path.dirname(os.path.dirname(new))}/cur/{wanted}"
        publish(new, target)
        new = target
    sync_directory(os.path.dirname(new))
    remove(old)
