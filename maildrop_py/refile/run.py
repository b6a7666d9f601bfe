"""run: one run of `refile` or `watch`: messages are decided about, and moved.

Whatever goes wrong with one message is reported, and the others go on. So this
has a catch-all: one odd message must not keep ten thousand others from their
folders.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from maildrop_py.errors import MaildropError
from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.record import record, replace
from maildrop_py.refile.maildir_messages import messages_at
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.plan import Left, Planner
from maildrop_py.refile.programs import ran_before
from maildrop_py.refile.refiler import Refiler
from maildrop_py.refile.step import Done, Gone, Move, Rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.filed_decider import FiledDecider
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.step import Task

    class Reporter(Protocol):
        """Is told what becomes of each message; counts, prints and logs it."""

        def planned(
            self, path: str, message: Message, decision: Decision, evidence: Evidence
        ) -> OnChanged:
            """The message will be changed; what this returns is called when that is done."""

        def left(self, reason: str) -> None:
            """A message is left where it is: for `reason`, or "" because all is as decided."""

        def failed(self, path: str, why: str) -> None:
            """Something could not be done with a message, which is where it was."""

        def warn(self, text: str) -> None:
            """Something was done otherwise than decided."""


ATTEMPTS = 3
"""How often a message is looked for that another program renames again and again."""


@record
class Changed:
    """What a changed message is known by now: its new path, and its file's identity if kept.

    `path` is "" if it was deleted, and in a dry run.
    """

    path: str = ""
    identity: tuple[int, ...] = ()


OnChanged = Callable[[Changed], None]
"""Called when a message was changed."""


class RefileRun:
    """Takes filed messages, has `decider` decide about them, and moves them in `maildir`.

    Without a journal it is a dry run, and nothing is touched. `vanished` are the
    paths of messages that another program has renamed or removed meanwhile.
    """

    def __init__(
        self,
        maildir: Maildir,
        decider: FiledDecider,
        options: RefileOptions,
        journal: Journal | None,
        reporter: Reporter,
    ) -> None:
        self.vanished: list[str] = []
        self._maildir = maildir
        self._decider = decider
        self._reporter = reporter
        self._journal = journal
        self._refiler: Refiler | None = None
        options = replace(options, run_program=decider.run)
        if journal is None:
            self._planner = Planner(maildir, options, None, reporter.warn, ())
        else:
            runs = past_runs(journal.directory) if options.allowed else []
            ran = ran_before(runs, maildir.root)
            self._refiler = Refiler(maildir, journal, options, reporter.warn, ran)

    def take(self, message: Message) -> bool | None:
        """Decide about one message and have it moved; whether it is to be, None if it failed."""
        file = message.file
        assert file is not None
        try:
            return self._take(message, file.path)
        except FileNotFoundError:
            self.vanished.append(file.path)
        except OSError as error:
            self._reporter.failed(file.path, str(storage_error(error)))
        except MaildropError as error:
            self._reporter.failed(file.path, str(error))
        except Exception as error:  # noqa: BLE001 - see the module's docstring
            self._reporter.failed(file.path, f"{type(error).__name__}: {error}")
        return None

    def commit(self) -> None:
        """Make the moves that are waiting."""
        if self._refiler is not None:
            self._refiler.commit()

    def arrived_before(self, message: Message, time: float) -> bool:
        """Whether a message arrived before `time`, in seconds since 1970."""
        file = message.file
        assert file is not None
        try:
            return file.mtime < time
        except FileNotFoundError:
            self.vanished.append(file.path)
        except OSError as error:
            self._reporter.failed(file.path, error.strerror or str(error))
        return False

    def found_again(self) -> Iterator[Message]:
        """The vanished messages that are found under another name; the others stay vanished."""
        vanished, self.vanished = self.vanished, []
        finder = Finder()
        for path in vanished:
            found = finder.find(path)
            if found is None:
                self.vanished.append(path)
            else:
                yield from messages_at(self._maildir, [found])

    def _take(self, message: Message, path: str) -> bool:
        decision, evidence = self._decider.decide(message)
        for warning in self._decider.new_warnings(evidence):
            self._reporter.warn(warning)
        if self._refiler is None:
            plan = self._planner.plan(message, decision)
            left = plan if isinstance(plan, Left) else None
            if left is None:
                self._reporter.planned(path, message, decision, evidence)(Changed())
        else:
            teach = self._lesson(decision, evidence)

            def planned() -> Callable[[Task], None]:
                on_changed = self._reporter.planned(path, message, decision, evidence)
                return partial(self._finished, on_changed, teach)

            left = self._refiler.add(message, decision, planned)
            if left is not None:
                teach()
        if left is not None:
            self._reporter.left(left.reason)
        return left is None

    def _lesson(self, decision: Decision, evidence: Evidence) -> Callable[[], None]:
        """What teaches the Bayes filter as a rule says, once the message is where it belongs."""
        if decision.learn is None:
            return _nothing
        lesson, journal = evidence.lesson(decision.learn), self._journal
        return lambda: lesson(journal.name or "nothing moved" if journal is not None else "")

    def _finished(self, on_changed: OnChanged, teach: Callable[[], None], task: Task) -> None:
        last, outcome = task.steps[-1], task.outcome
        if isinstance(outcome, Done):
            identity = last.identity if isinstance(last, Move | Rewrite) else ()
            on_changed(Changed(last.target, identity))
            teach()
        elif isinstance(outcome, Gone):
            self.vanished.append(last.source)
        else:
            self._reporter.failed(last.source, outcome.why)


def _nothing() -> None:
    """A message that no rule learns teaches nothing."""
