"""step_records: what a batch of moves says in the journal of each of its steps.

Guarantee: a step is noted, durably, before it is made. A step that is made
otherwise than was noted is noted once more, and its old line is void; so is that
of a step that fails.

Reports: OSError from again(). Tasks that could not be noted at first have
failed, and say so.
"""

from __future__ import annotations

from maildrop_py.maildir import exclusive_rename as free_names
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.refile.step import DONE, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.step import Step, Task


class MoveNotes:
    """The lines about one batch of steps in the Maildir `root`."""

    def __init__(self, root: str, journal: Journal) -> None:
        self._strip = len(root) + 1
        self._journal = journal
        self._void: set[int] = set()

    def first(self, tasks: list[Task]) -> list[Task]:
        """Note all steps; the tasks that stand in the journal now.

        Where there is no room for that, changed messages are given up, for they take
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
            return self.first(rest) if rest else []
        return tasks

    def again(self, step: Step, source: str, target: str) -> None:
        """The message has another name than was noted: `source`, and goes to `target`."""
        self.void(step)
        step.source, step.target, step.line = source, target, -1
        line = self._note(step)
        self._journal.sync()
        step.line = line

    def void(self, step: Step) -> None:
        """The step is not made."""
        self._void.add(step.line)

    def done(self) -> None:
        """All others have been made."""
        self._journal.done(self._void)

    def _note(self, step: Step) -> int:
        source, target = step.source[self._strip :], step.target[self._strip :]
        if step.more is None:
            return self._journal.note_move(step.do, source, target, step.rule)
        names = {"from": source, "to": target}
        return self._journal.note(do=step.do, **names, rule=step.rule, **step.more)


def _give_up(tasks: Iterable[Task], error: OSError) -> None:
    for task in tasks:
        task.outcome, task.why = FAILED, f"journal: {storage_error(error)}"
        for step in task.steps:
            free_names.remove(step.draft)
