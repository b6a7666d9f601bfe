"""moves: messages given other names, many at a time, and never none.

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
of it is taken back. One that cannot be moved stays where it is, and the others
go on. mtime (INTERNALDATE) stays.

Reports nothing by exceptions: each Task says in `outcome` and `why` what became
of it.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.delivery import free_names
from maildrop_py.delivery.copying import copy_file
from maildrop_py.delivery.dovecot_listing import dovecot_waits
from maildrop_py.delivery.finding import Finder
from maildrop_py.delivery.maildir import sync_directory
from maildrop_py.delivery.steps import COPY, DELETE, DONE, FAILED, GONE, Step, Task
from maildrop_py.delivery.storage_errors import storage_error
from maildrop_py.errors import MaildropError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from maildrop_py.delivery.journal import Journal

_ATTEMPTS = 3  # times that the old name may change while it is being removed


class Batch:
    """Tasks carried out together; `run()` once."""

    def __init__(self, root: str, journal: Journal, tasks: Iterable[Task]) -> None:
        self._strip = len(root) + 1
        self._journal = journal
        self._tasks = list(tasks)
        self._finder = Finder()
        self._both: list[tuple[Task, Step]] = []
        self._void: set[int] = set()

    def run(self) -> None:
        """Carry out all tasks, and say in them what became of each."""
        self._tasks = self._noted(self._tasks)
        if not self._tasks:
            return
        with dovecot_waits(self._tasks):
            for task in self._tasks:
                self._carry_out(task)
            unsafe = self._sync()
            for task, step in self._both:
                self._guarded(task, step, self._remove_old_name, unsafe)
            self._say_what_is_unsafe(unsafe)
        self._journal.done(self._void)

    def _noted(self, tasks: list[Task]) -> list[Task]:
        """Those that stand in the journal; the others have failed.

        Where there is no room for the journal, changed messages are given up, for they take
        the most, and the rest is tried once more.
        """
        try:
            for task in tasks:
                for step in task.steps:
                    step.line = self._note(step)
            self._journal.sync()
        except OSError as error:
            changed = [task for task in tasks if any(step.draft for step in task.steps)]
            _give_up(changed or tasks, error)
            rest = [task for task in tasks if task.outcome == DONE]
            return self._noted(rest) if rest else []
        return tasks

    def _note(self, step: Step) -> int:
        source, target = step.source[self._strip :], step.target[self._strip :]
        if step.more is None:
            return self._journal.note_move(step.do, source, target, step.rule)
        names = {"from": source, "to": target}
        return self._journal.note(do=step.do, **names, rule=step.rule, **step.more)

    def _note_again(self, step: Step, source: str, target: str) -> None:
        """The message has another name than was noted: the old line is void."""
        self._void.add(step.line)
        step.source, step.target, step.line = source, target, -1
        line = self._note(step)
        self._journal.sync()
        step.line = line

    def _carry_out(self, task: Task) -> None:
        for step in task.steps:
            if task.outcome == DONE:
                self._guarded(task, step, self._make)
            else:
                self._void.add(step.line)
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
        self._void.add(step.line)

    def _make(self, step: Step) -> None:
        try:
            self._make_name(step)
        except FileNotFoundError:
            source = self._current(step.source)
            self._note_again(step, source, step.aim(source))
            self._make_name(step)
        step.made = True

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

    def _sync(self) -> dict[str, OSError]:
        """Sync the directories that were changed; which could not be."""
        made = [step for task in self._tasks for step in task.steps if step.made]
        unsafe = {}
        for directory in dict.fromkeys(
            path[: path.rindex("/")] for step in made for path in (step.target, step.source) if path
        ):
            try:
                sync_directory(directory)
            except OSError as error:
                unsafe[directory] = error
        return unsafe

    def _say_what_is_unsafe(self, unsafe: Mapping[str, OSError]) -> None:
        """What was moved stays moved, and `undo` knows it; but a power failure may move it back."""
        for task in self._tasks if unsafe else ():
            for step in task.steps:
                error = unsafe.get(step.target.rpartition("/")[0])
                if task.outcome == DONE and error is not None:
                    why = f"moved, but perhaps not durably: {storage_error(error)}"
                    task.outcome, task.why = FAILED, why

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
        self._note_again(step, source, target)
        free_names.publish(made, target)
        return False


def _give_up(tasks: Iterable[Task], error: OSError) -> None:
    for task in tasks:
        task.outcome, task.why = FAILED, f"journal: {storage_error(error)}"
        for step in task.steps:
            free_names.remove(step.draft)
