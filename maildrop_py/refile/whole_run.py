"""whole_run: all of one `refile` or import: from the first message to the end of its journal.

Signals end it after the messages that are begun. What is printed and logged is the
reporter's business; without a journal it is a dry run.
"""

from __future__ import annotations

import gc
import signal
import time
from contextlib import contextmanager

from maildrop_py.refile.maildir_messages import messages_of
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.run import ATTEMPTS, RefileRun
from maildrop_py.refile.run_start import start_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Protocol, TypeVar

    from maildrop_py.maildir.folder_listing import Report
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.filed_decider import FiledDecider
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.named_messages import Progress
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.run import Reporter

    T = TypeVar("T")

    class EndedReporter(Reporter, Protocol):
        """A Reporter that knows whether anybody still reads what it prints."""

        @property
        def is_ended(self) -> bool:
            """Whether nobody does, so that the run ends."""


RARELY = (100_000, 50, 100)
"""When Python looks for cycles of garbage. Messages make none, and to look at a batch of
them again and again takes up to a fifth of a run."""


class WholeRun:
    """One run in `maildir`, of at most `limit` changed messages.

    Without `start` it is a dry run. `stopped` is whether a signal ended
    it, `vanished` how many messages other programs have moved or removed meanwhile.
    """

    def __init__(
        self,
        maildir: Maildir,
        decider: FiledDecider,
        options: RefileOptions,
        reporter: EndedReporter,
        progress: Progress,
        limit: int | None,
    ) -> None:
        self._journal: Journal | None = None
        self.stopped = False
        self.vanished = 0
        self._maildir = maildir
        self._decider = decider
        self._options = options
        self._reporter = reporter
        self._progress = progress
        self._limit = limit
        self._taken = 0

    @property
    def name(self) -> str:
        """The name of the run, from the first line of its journal on; none of a dry run."""
        return self._journal.name if self._journal else ""

    def start(self, command: str, journals: str, warn: Callable[[str], None]) -> None:
        """Begin a journal in the directory `journals`."""
        self._journal = start_run(command, self._maildir, journals, warn)

    def end(self) -> None:
        """End the journal."""
        if self._journal is not None:
            self._journal.end()

    def refile(
        self, globs: Iterable[str] | None, older_than: float | None, reporter: Reporter
    ) -> None:
        """Take every message of the folders that `globs` choose, of all for None.

        With `older_than` only those that arrived so many seconds ago.
        """
        run = RefileRun(self._maildir, self._decider, self._options, self._journal, reporter)
        gc.freeze()
        gc.set_threshold(*RARELY)
        walk = messages_of(self._maildir, globs, reporter.failed)
        with self._progress("re-filing", walk.total) as advance:
            self._each(_old_enough(walk, run, older_than), run.take, advance)
            run.commit()
        for _ in range(ATTEMPTS):
            self._each(run.found_again(), run.take)
            run.commit()
        self.vanished = len(run.vanished)

    def import_mail(
        self,
        mailbox_files: tuple[str, ...],
        directories: tuple[str, ...],
        journals: str,
        reporter: Reporter,
        left_out: Report,
    ) -> None:
        """Take every message of the mailbox files and directories named.

        `left_out` gets what of them is not taken, and why.
        """
        from maildrop_py.refile.import_sources import sources
        from maildrop_py.refile.importer import Importer, imported_before

        settings = self._decider.program.settings
        messages = sources(mailbox_files, directories, settings, left_out)
        before = imported_before(past_runs(journals), self._maildir.root)
        importer = Importer(
            self._maildir, self._decider, self._options, self._journal, before, reporter
        )
        with self._progress("importing", None) as advance:
            self._each(messages, importer.take, advance)
            importer.commit()

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Signals end the run after the messages that are begun."""

        def stop(number: int, frame: object) -> None:
            self.stopped = True

        before = [(each, signal.signal(each, stop)) for each in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    def _each(
        self,
        messages: Iterable[T],
        take: Callable[[T], bool | None],
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """Take one after the other, until the limit is reached or a signal comes."""
        for message in messages:
            if self.stopped or self._reporter.is_ended or self._taken == self._limit:
                return
            advance()
            self._taken += take(message) is True


def _old_enough(
    messages: Iterable[Message], run: RefileRun, older_than: float | None
) -> Iterable[Message]:
    if older_than is None:
        return messages
    latest = time.time() - older_than
    return (message for message in messages if run.arrived_before(message, latest))
