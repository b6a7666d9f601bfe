"""refiler: carry out decisions for messages that are in a Maildir already.

What was decided is compared with what is there (plan.py): a message that is as
decided is not touched, so a second run does nothing. Moves are collected and
made many at a time (batch.py), and each is written into the journal first.

Reports: what keeps one message from being moved is raised by add() as OSError or
an error of ours, or is the outcome that `on_outcome` gets. The others go on.
"""

from __future__ import annotations

import os

from maildrop_py.maildir import quota
from maildrop_py.maildir.file_name import parse
from maildrop_py.refile.batch import Batch
from maildrop_py.refile.plan import Left, Planner
from maildrop_py.refile.step import Copy, Done, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.step import Step

    OnOutcome = Callable[[Task], None]
    """Called when the steps for a message were made or have failed."""

BATCH = 1000
"""Messages that are moved together. After a kill at most so many are in doubt, and
the larger a batch is, the longer a message waits between being listed and moved."""


class Refiler:
    """Takes messages with their decisions by add(); then call commit().

    `warn` gets what could not be done as decided. `ran` has the programs that
    earlier runs ran (ran_before()).
    """

    def __init__(
        self,
        maildir: Maildir,
        journal: Journal,
        options: RefileOptions,
        warn: Callable[[str], None],
        ran: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._maildir = maildir
        self._root = maildir.root
        self._options = options
        self._journal = journal
        self._planner = Planner(maildir, options, journal, warn, ran)
        self._waiting: list[tuple[Task, OnOutcome]] = []
        maildir.refuse_root()

    def add(
        self, message: Message, decision: Decision, planned: Callable[[], OnOutcome]
    ) -> Left | None:
        """Take one message; None if it is to be changed, else why not.

        `planned` is called if it is, while the message is still where it was; what
        it returns is called at the end. Commits when there are BATCH of them.
        """
        steps = self._planner.plan(message, decision)
        if isinstance(steps, Left):
            return steps
        self._waiting.append((Task(steps), planned()))
        if len(self._waiting) >= BATCH:
            self.commit()
        return None

    def commit(self) -> None:
        """Make the moves that are waiting."""
        waiting, self._waiting = self._waiting, []
        self._planner.refresh()
        tasks = [task for task, _ in waiting]
        if tasks:
            self._carry_out(tasks)
            if os.path.exists(f"{self._root}/{quota.FILE}"):
                self._count(tasks)
        for task, on_outcome in waiting:
            on_outcome(task)

    def _carry_out(self, tasks: list[Task]) -> None:
        doveadm = self._options.doveadm
        if doveadm is not None:
            from maildrop_py.refile.doveadm import DoveadmBatch, can_move

            theirs = [task for task in tasks if can_move(task)]
            tasks = [task for task in tasks if not can_move(task)]
            DoveadmBatch(doveadm, self._maildir, self._journal, theirs).run()
        if tasks:
            Batch(self._root, self._journal, tasks).run()

    def _count(self, tasks: list[Task]) -> None:
        """Add what came and went to what the Maildir++ quota counts."""
        size = messages = 0
        for task in tasks:
            if isinstance(task.outcome, Done):
                for step in task.steps:
                    sign = self._change(step)
                    size += sign * _size(step) if sign else 0
                    messages += sign
        if size or messages:
            quota.add(self._root, size, messages)

    def _change(self, step: Step) -> int:
        """How many messages more the quota counts."""
        paths = (step.target, "" if isinstance(step, Copy) else step.source)
        came, went = (
            bool(path) and quota.is_counted(path.rsplit("/", 2)[0], self._root) for path in paths
        )
        return came - went


def _size(step: Step) -> int:
    path = step.target or step.source
    size = parse(path.rpartition("/")[2]).field("S")
    if size is None:
        return os.lstat(path).st_size if os.path.lexists(path) else 0
    return size
