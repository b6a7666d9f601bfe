"""undo: put messages back where a run took them from.

    the run        undo
    -------------  ----------------------------------------------------------------
    moved          moves back, to new/ if it was there and nobody has seen it since
    flagged        takes those flags away again
    copied         removes the copy, unless it has become the only one
    rewrote        writes the old header back
    delivered      moves to Trash (what came from a mailbox file)
    deleted        cannot; nor can programs be un-run

A message is known by its base name, so one that was flagged or read meanwhile is
found: flags that came since stay, those that went since stay away, and it is
said to have changed. One that is not found in the folder has gone: it is said,
and left. In its old folder a message gets a new unique name, because Dovecot
has seen the old one there before.

An undo has a journal too, so it may be killed, and may be undone.
"""

from __future__ import annotations

import os
from binascii import a2b_base64
from functools import partial
from typing import cast

from maildrop_py.errors import MaildropError, StorageFailed
from maildrop_py.maildir import keywords
from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.copying import write_draft
from maildrop_py.maildir.file_name import MaildirName, moved, parse
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.maildir.unique_name import INFO, join_flags
from maildrop_py.record import record, replace
from maildrop_py.refile.batch import Batch
from maildrop_py.refile.step import COPY, DELETE, DONE, FLAG, IMPORT, MOVE, REWRITE, Step, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from maildrop_py.maildir.maildir import Folder
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.past_runs import PastRun

    Record = dict[str, Any]

UNDO = "undo"  # what journals call the command
BATCH = 500
BACK, CHANGED, GONE, IMPOSSIBLE, FAILED = "back", "changed", "gone", "impossible", "failed"


@record
class Undone:
    """What became of one line of the journal: `outcome`, and `why` in words."""

    line: Record
    outcome: str
    why: str = ""


def undone_before(run: PastRun, runs: Iterable[PastRun]) -> set[int]:
    """The lines of `run` that earlier undo runs have put back."""
    undos = [undo for undo in runs if undo.command == UNDO and undo.head.get("undoes") == run.name]
    return {line["of"] for undo in undos for _, line in undo.performed() if "of" in line}


class Undo:
    """Puts back what the run `past` did; `told` gets an Undone for each line.

    `trash` is the folder that delivered messages go to.
    """

    def __init__(
        self, past: PastRun, journal: Journal, trash: Folder, told: Callable[[Undone], None]
    ) -> None:
        self._root = past.maildir
        self._journal = journal
        self._trash = trash
        self._told = told
        self._finder = Finder()
        self._removed: dict[tuple[int, int], int] = {}

    def run(self, lines: Iterable[tuple[int, Record]]) -> None:
        """Put back the lines given, each with its number."""
        for group in _groups(lines):
            self._finder, self._removed = Finder(), {}
            tasks = [task for number, line in group if (task := self._task(number, line))]
            Batch(self._root, self._journal, tasks).run()
            for task in tasks:
                self._tell(task)

    def _task(self, number: int, line: Record) -> Task | None:
        try:
            step = self._step(line)
        except (OSError, MaildropError) as error:
            why = str(storage_error(error)) if isinstance(error, OSError) else str(error)
            self._told(Undone(line, FAILED, why))
            return None
        if isinstance(step, Undone):
            self._told(step)
            return None
        changed = _info(step.source) != _info(line["to"])
        step.more = {**(step.more or {}), "of": number}
        return Task([step], (line, changed))

    def _tell(self, task: Task) -> None:
        line, changed = cast("tuple[Record, bool]", task.tag)
        if task.outcome == DONE:
            why = "flags have changed since, and are kept" if changed else ""
            self._told(Undone(line, CHANGED if changed else BACK, why))
        else:
            self._told(Undone(line, GONE if task.outcome == "gone" else FAILED, task.why))

    def _step(self, line: Record) -> Step | Undone:
        do, rule = line["do"], line.get("rule")
        if do == DELETE:
            return Undone(line, IMPOSSIBLE, "was deleted for good")
        if "to" not in line:
            return Undone(line, IMPOSSIBLE, f"{line.get('what', do)}: cannot be undone")
        source = self._finder.find(os.path.join(self._root, line["to"]))
        if source is None:
            return Undone(line, GONE, "is no longer in that folder")
        if do == COPY:
            return self._without_copy(line, source)
        aim = partial(self._aim, line)
        if do == REWRITE:
            return self._unwritten(line, source, aim)
        return Step(FLAG if do == FLAG else MOVE, source, aim(source), aim, rule)

    def _aim(self, line: Record, source: str) -> str:
        """Where the message goes that is now at `source`."""
        if line["do"] == IMPORT:
            name = moved(parse(os.path.basename(source)))
            self._trash.ensure()
            return _in_folder(self._trash.path, "cur", name)
        old = os.path.join(self._root, line["from"])
        home, part = os.path.dirname(os.path.dirname(old)), os.path.basename(os.path.dirname(old))
        for needed in ("tmp", "new", "cur"):
            os.makedirs(f"{home}/{needed}", 0o700, exist_ok=True)
        name = self._restored(line, source, home)
        in_same_part = os.path.dirname(source) == os.path.dirname(
            os.path.join(self._root, line["to"])
        )
        unseen = part == "new" and in_same_part and not name.flags and not name.letters
        return _in_folder(home, "new" if unseen else "cur", name)

    def _restored(self, line: Record, source: str, home: str) -> MaildirName:
        """The name that the message had, with what was changed in its flags since."""
        before, then = parse(os.path.basename(line["from"])), parse(os.path.basename(line["to"]))
        now = parse(os.path.basename(source))
        name = replace(
            before if line["do"] != FLAG else now,
            flags=join_flags(_carried(before.flags, then.flags, now.flags)),
            letters=before.letters,
        )
        if then.letters != now.letters:
            folder = os.path.dirname(os.path.dirname(source))
            names = _carried(
                keywords.names_of(home, before.letters),
                keywords.names_of(folder, then.letters),
                keywords.names_of(folder, now.letters),
            )
            name = replace(name, letters=keywords.assign(home, sorted(names))[0])
        return name if line["do"] == FLAG else moved(name)

    def _unwritten(self, line: Record, source: str, aim: Callable[[str], str]) -> Step:
        step = Step(REWRITE, source, aim(source), aim, line.get("rule"))
        head, skipped = a2b_base64(line["head"]), line["skip"]
        with open(source, "rb") as file:
            present = file.read(skipped)
        if len(present) != skipped:
            raise StorageFailed(f"{source}: is not what was written")
        from binascii import b2a_base64

        step.more = {"head": b2a_base64(present, newline=False).decode(), "skip": len(head)}
        home = os.path.dirname(os.path.dirname(step.target))
        step.draft = write_draft(home, source, skipped, head)
        return step

    def _without_copy(self, line: Record, source: str) -> Step | Undone:
        """Remove a copy as long as the same file has another name."""
        found = os.lstat(source)
        key = (found.st_dev, found.st_ino)
        if found.st_nlink - self._removed.get(key, 0) < 2:
            return Undone(line, IMPOSSIBLE, "the copy is the only one that is known, it stays")
        self._removed[key] = self._removed.get(key, 0) + 1
        return Step(DELETE, source, "", lambda source: "", line.get("rule"))


def _groups(lines: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    from itertools import islice

    lines = iter(lines)
    while group := list(islice(lines, BATCH)):
        yield group


def _carried(before: Iterable[str], then: Iterable[str], now: Iterable[str]) -> set[str]:
    """What there was before, with what came since and without what went since."""
    came, went = set(now) - set(then), set(then) - set(now)
    return (set(before) | came) - went


def _in_folder(folder: str, part: str, name: MaildirName) -> str:
    text = name.text()
    if part == "cur" and name.info is None and INFO not in text:
        text += INFO
    return f"{folder}/{part}/{text}"


def _info(path: str) -> tuple[str, str]:
    name = parse(os.path.basename(path))
    return join_flags(name.flags), join_flags(name.letters)
