"""batch: messages given other names, many at a time, and never none.

    step of a batch         what a kill here leaves           the next run
    ----------------------  --------------------------------  ------------------------
    1 journal, synced       everything where it was           forgets it
    2 exclusive renames     each message in one place         sees that it was moved
      or, where none can    in both places                    checks that both are the
      be had, links/copies                                    same, removes the old name
    3 directories synced    the same, durably                 the same
    4 old names removed     the same                          the same
    5 journal says: done    everything where it shall be      nothing to do

An exclusive rename (free_names.py) is one step for every other program,
and for a power failure on every journalling file system. Elsewhere, and to
another file system, a message has both names until the new one is on the disk.

Guarantee: nothing is overwritten. A message that another program has flagged
meanwhile keeps those flags; one that has gone is left alone, and what was made
of it is taken back; one that another program is moving just now is left to it
(other_movers.py). One that cannot be moved stays where it is, and the others
go on. mtime (INTERNALDATE) stays.

Reports nothing by exceptions: each Task says in `outcome` and `why` what became
of it.
"""

from __future__ import annotations

import errno
import os
import time

from maildrop_py.errors import MaildropError
from maildrop_py.maildir import exclusive_rename as free_names
from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.copying import copy_file
from maildrop_py.maildir.dovecot_list_lock import list_locks
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.refile.other_movers import (
    GRACE,
    PAUSE,
    BeingMoved,
    being_moved,
    takes_away,
)
from maildrop_py.refile.step import COPY, DELETE, DONE, FAILED, FLAG, GONE, Step, Task
from maildrop_py.refile.step_records import MoveNotes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from maildrop_py.refile.journal import Journal

_ATTEMPTS = 3  # times that the old name may change while it is being removed


class Batch:
    """Tasks carried out together; `run()` once."""

    def __init__(self, root: str, journal: Journal, tasks: Iterable[Task]) -> None:
        self._notes = MoveNotes(root, journal)
        self._tasks = list(tasks)
        self._finder = Finder()
        self._both: list[tuple[Task, Step]] = []
        self._patient = True

    def run(self) -> None:
        """Carry out all tasks, and say in them what became of each."""
        self._tasks = self._notes.first(self._tasks)
        if not self._tasks:
            return
        free_names.prepare()
        latest = time.monotonic() + GRACE
        waiting = self._move(self._tasks)
        while waiting:
            time.sleep(PAUSE)
            self._patient = time.monotonic() < latest
            self._finder = Finder()
            waiting = self._move(waiting)
        self._notes.done()

    def _move(self, tasks: list[Task]) -> list[Task]:
        """Carry out the tasks, but for those of messages that others are moving; these."""
        waiting = []
        self._both.clear()
        with list_locks(_folders_of_flagged(tasks)):
            for task in tasks:
                try:
                    self._carry_out(task)
                except BeingMoved:
                    waiting.append(task)
            unsafe = self._sync(tasks)
            for task, step in self._both:
                self._guarded(task, step, self._remove_old_name, unsafe)
            _say_what_is_unsafe(tasks, unsafe)
        return waiting

    def _leave_to_others(self, task: Task) -> None:
        """Raise BeingMoved if another program is moving the message."""
        step = task.steps[-1]
        taken = being_moved(step)
        if taken is None:
            self._guarded(task, step, self._follow)
            taken = task.outcome == DONE and being_moved(step)
        if taken:
            raise BeingMoved

    def _carry_out(self, task: Task) -> None:
        if self._patient:
            self._leave_to_others(task)
        may_wait = self._patient and len(task.steps) == 1 and takes_away(task.steps[0])
        for step in task.steps:
            if task.outcome == DONE:
                self._guarded(task, step, self._make, may_wait)
            else:
                self._notes.void(step)
            if not step.made:
                free_names.remove(step.draft)

    def _guarded(self, task: Task, step: Step, action: Callable[..., None], *more: object) -> None:
        try:
            action(step, *more)
        except FileNotFoundError:
            task.outcome, task.why = GONE, "moved or removed by another program meanwhile"
        except OSError as error:
            task.outcome, task.why = FAILED, str(storage_error(error))
        except MaildropError as error:
            task.outcome, task.why = FAILED, str(error)
        else:
            if step.both:
                self._both.append((task, step))
            return
        self._notes.void(step)

    def _make(self, step: Step, may_wait: bool) -> None:
        try:
            self._make_name(step)
        except FileNotFoundError:
            if may_wait:
                raise BeingMoved from None
            self._follow(step)
            self._make_name(step)
        step.made = True

    def _follow(self, step: Step) -> None:
        """Go by the name that the message has now."""
        source = self._current(step.source)
        self._notes.again(step, source, step.aim(source))

    def _current(self, source: str) -> str:
        """Where the message is now; raises FileNotFoundError if it is not found."""
        if os.path.lexists(source):  # then a directory is missing: aim() makes it again
            return source
        found = self._finder.find(source)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), source)
        return found

    def _make_name(self, step: Step) -> None:
        if step.do == DELETE:
            os.unlink(step.source)
        elif step.draft:
            os.lstat(step.source)
            free_names.publish(step.draft, step.target)
            step.both = True
        elif step.do == COPY:
            if not free_names.link(step.source, step.target):
                copy_file(step.source, step.target)
        else:
            step.both = self._rename(step.source, step.target)

    def _rename(self, source: str, target: str) -> bool:
        """Whether the message has both names now."""
        try:
            free_names.rename(source, target)
            return False
        except free_names.Unsupported:
            if not free_names.link(source, target):
                free_names.rename_after_a_look(source, target)
                return False
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            copy_file(source, target)
        return True

    def _sync(self, tasks: list[Task]) -> dict[str, OSError]:
        """Sync the directories that were changed; which could not be."""
        made = [step for task in tasks for step in task.steps if step.made]
        unsafe = {}
        for directory in dict.fromkeys(
            path[: path.rindex("/")] for step in made for path in (step.target, step.source) if path
        ):
            try:
                sync_directory(directory)
            except OSError as error:
                unsafe[directory] = error
        return unsafe

    def _remove_old_name(self, step: Step, unsafe: Mapping[str, OSError]) -> None:
        """The second half of a move in two steps: who removes the old name has moved it."""
        step.both = False
        try:
            if step.target.rpartition("/")[0] in unsafe:
                raise unsafe[step.target.rpartition("/")[0]]
            for _ in range(_ATTEMPTS):
                if self._removed(step):
                    return
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), step.source)
        except (OSError, MaildropError):
            free_names.remove(step.target)
            raise

    def _removed(self, step: Step) -> bool:
        try:
            os.unlink(step.source)
            return True
        except FileNotFoundError:
            source = self._current(step.source)
        made, target = step.target, step.aim(source)  # flagged meanwhile: so is the new one
        self._notes.again(step, source, target)
        free_names.publish(made, target)
        return False


def _folders_of_flagged(tasks: Iterable[Task]) -> set[str]:
    """The folders in whose cur/ flags change."""
    changed = [step.source for task in tasks for step in task.steps if step.do == FLAG]
    return {path.rsplit("/", 2)[0] for path in changed if path.rsplit("/", 2)[1] == "cur"}


def _say_what_is_unsafe(tasks: Iterable[Task], unsafe: Mapping[str, OSError]) -> None:
    """What was moved stays moved, and `undo` knows it; but a power failure may move it back."""
    for task in tasks if unsafe else ():
        for step in task.steps:
            error = unsafe.get(step.target.rpartition("/")[0])
            if task.outcome == DONE and error is not None:
                why = f"moved, but perhaps not durably: {storage_error(error)}"
                task.outcome, task.why = FAILED, why
