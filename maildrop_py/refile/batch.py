"""batch: many messages given other names together, without losing one.

    stage of a batch        what a kill leaves here           the next run
    ----------------------  --------------------------------  ------------------------
    1 journal, synced       everything where it was           forgets it
    2 exclusive renames     each message in one place         sees that it was moved
      or, where none can    in both places                    checks that both are the
      be had, links/copies                                    same, removes the old name
    3 directories synced    the same, durably                 the same
    4 old names removed     the same                          the same
    5 journal says: done    everything where it should be     nothing to do

An exclusive rename (exclusive_rename.py) is one step for every other program,
and in a power failure on every journalling file system. Elsewhere, and to
another file system, a message has both names until the new one is on the disk.

Guarantee: nothing is overwritten. A message that another program has flagged
meanwhile keeps those flags. One that has gone is left alone, and what was made
of it is taken back. One that another program is moving at the moment is left to
that program (other_movers.py). One that cannot be moved stays where it is, and
the others go on. The mtime (INTERNALDATE) stays.

Reports nothing by exceptions: the outcome of each Task says what became of it.
"""

from __future__ import annotations

import errno
import os
import time

from maildrop_py.errors import MaildropError
from maildrop_py.maildir import exclusive_rename
from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.dovecot_list_lock import list_locks
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.refile.other_movers import GRACE, PAUSE, BeingMoved, being_moved
from maildrop_py.refile.step import Done, Failed, Gone, SetFlags
from maildrop_py.refile.step_lines import StepLines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.step import Step, Task

_ATTEMPTS = 3  # times that the old name may change while it is being removed


class Batch:
    """Tasks that are carried out together; call run() once."""

    def __init__(self, root: str, journal: Journal, tasks: Iterable[Task]) -> None:
        self._lines = StepLines(root, journal)
        self._tasks = list(tasks)
        self._finder = Finder()
        self._both: list[tuple[Task, Step]] = []
        self._patient = True

    def run(self) -> None:
        """Carry out all tasks, and set the outcome of each."""
        self._tasks = self._lines.write(self._tasks)
        if not self._tasks:
            return
        exclusive_rename.prepare()
        latest = time.monotonic() + GRACE
        waiting = self._move(self._tasks)
        while waiting:
            time.sleep(PAUSE)
            self._patient = time.monotonic() < latest
            self._finder = Finder()
            waiting = self._move(waiting)
        self._lines.end()

    def _move(self, tasks: list[Task]) -> list[Task]:
        """Carry out the tasks; returns those of messages that others are moving."""
        waiting = []
        self._both.clear()
        with list_locks(_folders_with_new_flags(tasks)):
            for task in tasks:
                try:
                    self._carry_out(task)
                except BeingMoved:
                    waiting.append(task)
            unsafe = self._sync(tasks)
            for task, step in self._both:
                self._guarded(task, step, self._remove_old_name, unsafe)
            _report_unsafe(tasks, unsafe)
        return waiting

    def _leave_to_others(self, task: Task) -> None:
        """Raise BeingMoved if another program is moving the message."""
        step = task.steps[-1]
        moved = being_moved(step)
        if moved is None:
            self._guarded(task, step, self._follow)
            moved = isinstance(task.outcome, Done) and being_moved(step)
        if moved:
            raise BeingMoved

    def _carry_out(self, task: Task) -> None:
        if self._patient:
            self._leave_to_others(task)
        may_wait = self._patient and len(task.steps) == 1 and task.steps[0].takes_away
        for step in task.steps:
            if isinstance(task.outcome, Done):
                self._guarded(task, step, self._make, may_wait)
            else:
                self._lines.void(step)
            if not step.made:
                step.abandon()

    def _guarded(self, task: Task, step: Step, action: Callable[..., None], *more: object) -> None:
        """Do `action`; a failure becomes the task's outcome, and the step's line void."""
        try:
            action(step, *more)
        except FileNotFoundError:
            task.outcome = Gone("moved or removed by another program meanwhile")
        except OSError as error:
            task.outcome = Failed(str(storage_error(error)))
        except MaildropError as error:
            task.outcome = Failed(str(error))
        else:
            if step.both:
                self._both.append((task, step))
            return
        self._lines.void(step)

    def _make(self, step: Step, may_wait: bool) -> None:
        try:
            step.make()
        except FileNotFoundError:
            if may_wait:
                raise BeingMoved from None
            self._follow(step)
            step.make()
        step.made = True

    def _follow(self, step: Step) -> None:
        """Go by the name that the message has now."""
        source = self._current(step.source)
        self._lines.write_again(step, source, step.new_target(source))

    def _current(self, source: str) -> str:
        """Where the message is now; raises FileNotFoundError if it is not found."""
        if os.path.lexists(source):  # then a directory is missing: new_target() makes it again
            return source
        found = self._finder.find(source)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), source)
        return found

    def _sync(self, tasks: list[Task]) -> dict[str, OSError]:
        """Sync the directories that were changed; returns those that could not be synced."""
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
        """The second half of a move in two stages: whoever removes the old name has moved it."""
        step.both = False
        try:
            if step.target.rpartition("/")[0] in unsafe:
                raise unsafe[step.target.rpartition("/")[0]]
            for _ in range(_ATTEMPTS):
                if self._removed(step):
                    return
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), step.source)
        except (OSError, MaildropError):
            exclusive_rename.remove(step.target)
            raise

    def _removed(self, step: Step) -> bool:
        try:
            os.unlink(step.source)
            return True
        except FileNotFoundError:
            source = self._current(step.source)
        made, target = step.target, step.new_target(source)  # flagged meanwhile: flag the new one
        self._lines.write_again(step, source, target)
        exclusive_rename.publish(made, target)
        return False


def _folders_with_new_flags(tasks: Iterable[Task]) -> set[str]:
    """The folders in whose cur/ flags are to change."""
    sources = [step.source for task in tasks for step in task.steps if isinstance(step, SetFlags)]
    return {path.rsplit("/", 2)[0] for path in sources if path.rsplit("/", 2)[1] == "cur"}


def _report_unsafe(tasks: Iterable[Task], unsafe: Mapping[str, OSError]) -> None:
    """What was moved stays moved, and `undo` knows it, but a power failure may move it back."""
    for task in tasks if unsafe else ():
        for step in task.steps:
            error = unsafe.get(step.target.rpartition("/")[0])
            if isinstance(task.outcome, Done) and error is not None:
                task.outcome = Failed(f"moved, but perhaps not durably: {storage_error(error)}")
