"""step_lines: the lines about the steps of one batch in the journal.

Guarantee: a step is in the journal, durably, before it is made. A step that
is made otherwise gets another line, and its first line becomes void, as does the
line of a step that fails.

Reports: OSError from write_again(). Tasks whose lines could not be written at
first have failed, and say so.
"""

from __future__ import annotations

from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.refile.step import Done, Failed, Rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.step import Step, Task


class StepLines:
    """The lines about one batch of steps in the Maildir at `root`."""

    def __init__(self, root: str, journal: Journal) -> None:
        self._strip = len(root) + 1
        self._journal = journal
        self._void: set[int] = set()

    def write(self, tasks: list[Task]) -> list[Task]:
        """Write all steps into the journal; returns the tasks that are in it now.

        If there is no room for that, the tasks that change messages fail, because
        they take the most, and the rest is tried once more.
        """
        try:
            for task in tasks:
                for step in task.steps:
                    step.line = self._add(step)
            self._journal.sync()
        except OSError as error:
            changing = [task for task in tasks if _changes_message(task)]
            _fail(changing or tasks, error)
            rest = [task for task in tasks if isinstance(task.outcome, Done)]
            return self.write(rest) if rest else []
        return tasks

    def write_again(self, step: Step, source: str, target: str) -> None:
        """The message is at `source` now, and will go to `target`."""
        self.void(step)
        step.source, step.target, step.line = source, target, -1
        line = self._add(step)
        self._journal.sync()
        step.line = line

    def void(self, step: Step) -> None:
        """The step is not made."""
        self._void.add(step.line)

    def end(self) -> None:
        """All other steps were made."""
        self._journal.done(self._void)

    def _add(self, step: Step) -> int:
        source, target = step.source[self._strip :], step.target[self._strip :]
        details = step.details()
        if not details:
            return self._journal.add_step(step.kind, source, target, step.rule)
        names = {"from": source, "to": target}
        return self._journal.add(do=step.kind, **names, rule=step.rule, **details)


def _changes_message(task: Task) -> bool:
    return any(isinstance(step, Rewrite) for step in task.steps)


def _fail(tasks: Iterable[Task], error: OSError) -> None:
    for task in tasks:
        task.outcome = Failed(f"journal: {storage_error(error)}")
        for step in task.steps:
            step.abandon()
