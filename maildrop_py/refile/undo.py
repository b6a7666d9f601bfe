"""undo: put messages back where a run took them from.

    the run        undo
    -------------  ----------------------------------------------------------------
    moved          moves back, to new/ if it was there and nobody has seen it since
    flagged        takes those flags away again
    copied         removes the copy, unless it has become the only one
    rewrote        writes the old header back
    delivered      moves to Trash (what was imported)
    deleted        cannot be undone; neither can programs that were run

A message is known by its base name, so one that was flagged or read meanwhile is
found. Flags that it got since stay, flags that it lost since stay away, and it is
reported as changed. One that is not found in the folder is reported as gone, and
left. In its old folder a message gets a new unique name, because Dovecot has
seen the old one there before.

An undo has a journal too, so it may be killed, and may be undone.
"""

from __future__ import annotations

import os
from binascii import a2b_base64
from functools import partial
from itertools import islice

from maildrop_py.errors import MaildropError, StorageFailed
from maildrop_py.maildir import keywords
from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.copying import write_copy
from maildrop_py.maildir.file_name import FileName, moved, parse
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.maildir.unique_name import INFO, join_flags
from maildrop_py.record import record, replace
from maildrop_py.refile.batch import Batch
from maildrop_py.refile.import_batch import IMPORT
from maildrop_py.refile.step import Copy, Delete, Done, Gone, Move, Rewrite, SetFlags, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from maildrop_py.maildir.maildir import Folder
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.past_runs import PastRun
    from maildrop_py.refile.step import NewTarget, Step

    Record = dict[str, Any]

UNDO = "undo"  # what journals call the command
BATCH = 500
BACK, CHANGED, GONE, IMPOSSIBLE, FAILED = "back", "changed", "gone", "impossible", "failed"


@record
class Undone:
    """What became of one line of the journal: `outcome`, and `why` in words.

    `path` is where the message is now, "" where it was not moved.
    """

    line: Record
    outcome: str
    why: str = ""
    path: str = ""


def undone_before(run: PastRun, runs: Iterable[PastRun]) -> set[int]:
    """The lines of `run` that earlier undo runs have put back."""
    undos = [undo for undo in runs if undo.command == UNDO and undo.head.get("undoes") == run.name]
    return {line["of"] for undo in undos for _, line in undo.performed() if "of" in line}


class Undo:
    """Puts back what the run `past` did; `report` gets an Undone for each line.

    `trash` is the folder that imported messages go to.
    """

    _finder: Finder  # of one group, like what follows
    _removed: dict[tuple[int, int], int]  # how many names of a file are to go

    def __init__(
        self, past: PastRun, journal: Journal, trash: Folder, report: Callable[[Undone], None]
    ) -> None:
        self._root = past.maildir
        self._journal = journal
        self._trash = trash
        self._report = report

    def run(self, lines: Iterable[tuple[int, Record]]) -> None:
        """Put back what the given lines say, each with its number."""
        for group in _groups(lines):
            self._finder, self._removed = Finder(), {}
            planned = [plan for number, line in group if (plan := self._plan(number, line))]
            Batch(self._root, self._journal, [task for task, _, _ in planned]).run()
            for task, line, changed in planned:
                self._report(_undone(task, line, changed))

    def _plan(self, number: int, line: Record) -> tuple[Task, Record, bool] | None:
        """What is to be done, and whether the message's flags have changed since."""
        try:
            step = self._step(line)
        except (OSError, MaildropError) as error:
            why = str(storage_error(error)) if isinstance(error, OSError) else str(error)
            self._report(Undone(line, FAILED, why))
            return None
        if isinstance(step, Undone):
            self._report(step)
            return None
        step.undoes = number
        return Task([step]), line, _info(step.source) != _info(line["to"])

    def _step(self, line: Record) -> Step | Undone:
        do, rule = line["do"], line.get("rule")
        if do == Delete.kind:
            return Undone(line, IMPOSSIBLE, "was deleted for good")
        if "to" not in line:
            return Undone(line, IMPOSSIBLE, f"{line.get('what', do)}: cannot be undone")
        source = self._finder.find(os.path.join(self._root, line["to"]))
        if source is None:
            return Undone(line, GONE, "is no longer in that folder")
        if do == Copy.kind:
            return self._without_copy(line, source)
        new_target = partial(self._new_target, line)
        if do == Rewrite.kind:
            return self._with_old_head(line, source, new_target)
        kind = SetFlags if do == SetFlags.kind else Move
        return kind(source, new_target(source), new_target, rule)

    def _new_target(self, line: Record, source: str) -> str:
        """Where the message goes that is now at `source`."""
        if line["do"] == IMPORT:
            name = moved(parse(os.path.basename(source)))
            self._trash.ensure()
            return _path_in(self._trash.path, "cur", name)
        old = os.path.join(self._root, line["from"])
        folder, part = os.path.split(os.path.dirname(old))
        for needed in ("tmp", "new", "cur"):
            os.makedirs(f"{folder}/{needed}", 0o700, exist_ok=True)
        name = self._restored(line, source, folder)
        new = os.path.join(self._root, line["to"])
        in_same_part = os.path.dirname(source) == os.path.dirname(new)
        unseen = part == "new" and in_same_part and not name.flags and not name.letters
        return _path_in(folder, "new" if unseen else "cur", name)

    def _restored(self, line: Record, source: str, old_folder: str) -> FileName:
        """The name that the message had, with what was changed in its flags since."""
        before, then = parse(os.path.basename(line["from"])), parse(os.path.basename(line["to"]))
        now = parse(os.path.basename(source))
        in_place = line["do"] == SetFlags.kind
        name = replace(
            now if in_place else before,
            flags=join_flags(_merged(before.flags, then.flags, now.flags)),
            letters=before.letters,
        )
        if then.letters != now.letters:
            folder = os.path.dirname(os.path.dirname(source))
            names = _merged(
                keywords.names_of(old_folder, before.letters),
                keywords.names_of(folder, then.letters),
                keywords.names_of(folder, now.letters),
            )
            name = replace(name, letters=keywords.assign(old_folder, sorted(names))[0])
        return name if in_place else moved(name)

    def _with_old_head(self, line: Record, source: str, new_target: NewTarget) -> Rewrite:
        head, skipped = a2b_base64(line["head"]), line["skip"]
        with open(source, "rb") as file:
            present = file.read(skipped)
        if len(present) != skipped:
            raise StorageFailed(f"{source}: is not what was written")
        target = new_target(source)
        step = Rewrite(source, target, new_target, line.get("rule"), present, len(head))
        folder = os.path.dirname(os.path.dirname(target))
        step.tmp_path = write_copy(folder, source, skipped, head)
        return step

    def _without_copy(self, line: Record, source: str) -> Step | Undone:
        """Remove a copy, as long as the same file has another name."""
        found = os.lstat(source)
        key = (found.st_dev, found.st_ino)
        if found.st_nlink - self._removed.get(key, 0) < 2:
            return Undone(line, IMPOSSIBLE, "the copy is the only one that is known, it stays")
        self._removed[key] = self._removed.get(key, 0) + 1
        return Delete(source, line.get("rule"))


def _undone(task: Task, line: Record, changed: bool) -> Undone:
    outcome = task.outcome
    if isinstance(outcome, Done):
        path = task.steps[-1].target
        if changed:
            return Undone(line, CHANGED, "flags have changed since, and are kept", path)
        return Undone(line, BACK, path=path)
    return Undone(line, GONE if isinstance(outcome, Gone) else FAILED, outcome.why)


def _groups(lines: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    lines = iter(lines)
    while group := list(islice(lines, BATCH)):
        yield group


def _merged(before: Iterable[str], then: Iterable[str], now: Iterable[str]) -> set[str]:
    """What there was before, with what came since and without what went since."""
    came, went = set(now) - set(then), set(then) - set(now)
    return (set(before) | came) - went


def _path_in(folder: str, part: str, name: FileName) -> str:
    text = name.text()
    if part == "cur" and name.info is None and INFO not in text:
        text += INFO
    return f"{folder}/{part}/{text}"


def _info(path: str) -> tuple[str, str]:
    name = parse(os.path.basename(path))
    return join_flags(name.flags), join_flags(name.letters)
