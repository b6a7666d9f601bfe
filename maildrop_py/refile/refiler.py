"""refiler: carry out decisions for messages that lie in a Maildir already.

What is decided is compared with what is (refile_steps.py): a message stays
untouched where it already is what it shall be, so a second run does nothing.
Moves are collected and made many at a time (moves.py), each noted in the
journal before.

Reports: what keeps one message from being moved is raised by add() as OSError
or an error of ours, or said in its Task; the others go on.
"""

from __future__ import annotations

import os

from maildrop_py.maildir import quota as maildir_quota
from maildrop_py.maildir.file_name import parse
from maildrop_py.refile.batch import Batch
from maildrop_py.refile.options import Choices
from maildrop_py.refile.plan import Steps
from maildrop_py.refile.step import COPY, DONE, Step, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.journal import Journal

BATCH = 1000
"""Messages moved together: what may be in doubt after a kill, and the time between
listing a message and moving it."""


class Refiler:
    """Give it messages with their decisions by add(), then commit() what is left.

    `told` gets each Task when it is done or has failed; `warn` what went
    otherwise than decided. `ran` has what earlier runs noted of programs that
    they ran (ran_before()).
    """

    def __init__(
        self,
        maildir: Maildir,
        journal: Journal,
        choices: Choices,
        told: Callable[[Task], None],
        warn: Callable[[str], None],
        ran: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._maildir = maildir
        self._root = maildir.root
        self._choices = choices
        self._journal = journal
        self._told = told
        self._steps = Steps(maildir, choices, journal, warn, ran)
        self._tasks: list[Task] = []
        maildir.refuse_root()

    def add(self, message: Message, decision: Decision, tag: object = None) -> str | None:
        """Take one message; None if it is to be changed, else why not ("" needs no reason).

        Commits when there are BATCH of them.
        """
        steps = self._steps.of(message, decision)
        if isinstance(steps, str):
            return steps
        self._tasks.append(Task(steps, tag))
        if len(self._tasks) >= BATCH:
            self.commit()
        return None

    def commit(self) -> None:
        """Make the moves that are waiting."""
        tasks, self._tasks = self._tasks, []
        self._steps.refresh()
        if tasks:
            self._carry_out(tasks)
            if os.path.exists(f"{self._root}/{maildir_quota.FILE}"):
                self._count(tasks)
        for task in tasks:
            self._told(task)

    def _carry_out(self, tasks: list[Task]) -> None:
        doveadm = self._choices.doveadm
        if doveadm is not None:
            from maildrop_py.refile.doveadm import DoveadmBatch, can_move

            theirs = [task for task in tasks if can_move(task)]
            tasks = [task for task in tasks if not can_move(task)]
            DoveadmBatch(doveadm, self._maildir, self._journal, theirs).run()
        if tasks:
            Batch(self._root, self._journal, tasks).run()

    def _count(self, tasks: list[Task]) -> None:
        """Tell the Maildir++ quota what came and went."""
        size = messages = 0
        for task in tasks:
            if task.outcome == DONE:
                for step in task.steps:
                    sign = self._change(step)
                    size += sign * _size(step) if sign else 0
                    messages += sign
        if size or messages:
            maildir_quota.add(self._root, size, messages)

    def _change(self, step: Step) -> int:
        """How many messages more the quota counts."""
        places = (step.target, "" if step.do == COPY else step.source)
        came, went = (
            bool(path) and maildir_quota.is_counted(path.rsplit("/", 2)[0], self._root)
            for path in places
        )
        return came - went


def _size(step: Step) -> int:
    path = step.target or step.source
    told = parse(path.rpartition("/")[2]).field("S")
    if told is None:
        return os.lstat(path).st_size if os.path.lexists(path) else 0
    return told
