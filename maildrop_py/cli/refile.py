"""refile: run the rules on mail that is already in a Maildir."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.log_option import log_to_write
from maildrop_py.cli.refile_options import Age, Common, check_folders, common_options, maildir_of
from maildrop_py.cli.rules_file import program_of
from maildrop_py.decision.decider import user_world
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.import_batch import IMPORT
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.maildir_messages import globs_of, messages_of
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.run import ATTEMPTS, RefileRun
from maildrop_py.refile.run_start import start_run
from maildrop_py.report.progress import progress
from maildrop_py.report.refile_log import LoggingReporter
from maildrop_py.report.refile_reporter import RefileReporter
from maildrop_py.report.standard_error import say, warn
from maildrop_py.rules.program.program import Program

if TYPE_CHECKING:
    from maildrop_py.refile.run import Reporter

T = TypeVar("T")

RARELY = (100_000, 50, 100)
"""When Python looks for cycles of garbage. Messages make none, and to look at a batch of
them again and again takes up to a fifth of a run."""


@dataclass(frozen=True)
class Options(Common):
    """The further options of `refile`."""

    dry_run: bool
    list_all: bool
    as_lines: bool
    limit: int | None
    older_than: float | None
    from_mbox: tuple[str, ...]
    from_dir: tuple[str, ...]


@click.command()
@click.argument("maildir", type=a_path, required=False)
@common_options
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--list", "list_all", is_flag=True, help="A dry run's table, however long it is.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--limit", type=click.IntRange(min=1), help="Change at most so many messages.")
@click.option("--older-than", type=Age(), metavar="AGE", help="Only what came before: 30d, 2w.")
@click.option(
    "--from-mbox", type=a_path, multiple=True, metavar="FILE", help="Deliver a mailbox file's mail."
)
@click.option(
    "--from-dir", type=a_path, multiple=True, metavar="DIR", help="Deliver a directory of messages."
)
def refile(maildir: str | None, **given: Any) -> None:
    """Run the rules on the mail that is in MAILDIR already, and move each message to
    the folder that they name. Without MAILDIR it is the Maildir of the rules file.

    Flags, keywords and dates are kept. A message that is where it belongs is not
    touched, so a second run does nothing. `undo` puts everything back.

    With --from-mbox and --from-dir, mail from elsewhere is delivered into MAILDIR
    by the rules instead; what it comes from is only read."""
    options, paths = Options(**given), UserPaths(os.environ)
    program = program_of(options.rules)
    try:
        run = Run(maildir_of(maildir, program.settings, paths), program, options, paths)
        with run.stoppable():
            if options.from_mbox or options.from_dir:
                run.import_mail()
            else:
                run.refile()
    except MaildropError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    sys.exit(run.finish())


class Run:
    """One run of `refile` on `maildir`."""

    def __init__(
        self, maildir: Maildir, program: Program, options: Options, paths: UserPaths
    ) -> None:
        self._maildir = maildir
        self._options = options
        self._journals = journals(paths.state)
        world = user_world(
            paths.state,
            offline=options.offline,
            remember=not options.dry_run,
            scan=not options.dry_run,
            folders=maildir.has,
        )
        self._decider = FiledDecider(program, world)
        self._reporter = RefileReporter(
            dry_run=options.dry_run, list_all=options.list_all, as_lines=options.as_lines
        )
        self._taken = 0
        self._stopped = False
        self._journal: Journal | None = None
        self._log: LoggingReporter | None = None

    def refile(self) -> None:
        """Take every message of the chosen folders."""
        options = self._options
        check_folders([self._maildir.root], options.folders, self._decider.program.settings)
        journal = self._start("refile")
        reporter = self._logged("refile")
        run = RefileRun(self._maildir, self._decider, options.for_refiling, journal, reporter)
        gc.freeze()
        gc.set_threshold(*RARELY)
        globs = globs_of(options.folders, options.all_folders)
        walk = messages_of(self._maildir, globs, reporter.failed)
        with progress("re-filing", walk.total) as advance:
            self._each(self._old_enough(walk, run), run.take, advance)
            run.commit()
        for _ in range(ATTEMPTS):
            self._each(run.found_again(), run.take)
            run.commit()
        self._reporter.tally.gone += len(run.vanished)

    def import_mail(self) -> None:
        """Take every message of the mailbox files and directories named."""
        from maildrop_py.refile.import_sources import sources
        from maildrop_py.refile.importer import Importer, imported_before

        options = self._options
        settings = self._decider.program.settings
        messages = sources(options.from_mbox, options.from_dir, settings, say)
        importer = Importer(
            self._maildir,
            self._decider,
            options.for_refiling,
            self._start(IMPORT),
            imported_before(past_runs(self._journals), self._maildir.root),
            self._logged(IMPORT),
        )
        with progress("importing", None) as advance:
            self._each(messages, importer.take, advance)
            importer.commit()

    def finish(self) -> int:
        """Print what was done; the exit status."""
        undo = ""
        if self._journal is not None:
            self._journal.end()
            undo = self._journal.name
        if self._log is not None:
            self._log.flush()
        imported = self._options.from_mbox or self._options.from_dir
        self._reporter.finish("delivered" if imported else "changed", undo, self._stopped)
        return 1 if self._reporter.tally.failed or self._stopped else 0

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Signals end the run after the messages that are begun."""

        def stop(number: int, frame: object) -> None:
            self._stopped = True

        before = [(each, signal.signal(each, stop)) for each in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    def _start(self, command: str) -> Journal | None:
        if not self._options.dry_run:
            self._journal = start_run(command, self._maildir, self._journals, warn)
        return self._journal

    def _logged(self, command: str) -> Reporter:
        """The reporter; it logs too what is really done."""
        path, journal = log_to_write(self._options.log), self._journal
        if journal is None or path is None:
            return self._reporter
        self._log = LoggingReporter(self._reporter, path, command, lambda: journal.name)
        return self._log

    def _each(
        self,
        messages: Iterable[T],
        take: Callable[[T], bool | None],
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """Take one after the other, until the limit is reached or a signal comes."""
        for message in messages:
            if self._stopped or self._reporter.is_ended or self._taken == self._options.limit:
                return
            advance()
            self._taken += take(message) is True

    def _old_enough(self, messages: Iterable[Message], run: RefileRun) -> Iterable[Message]:
        oldest = self._options.older_than
        if oldest is None:
            return messages
        latest = time.time() - oldest
        return (message for message in messages if run.arrived_before(message, latest))
