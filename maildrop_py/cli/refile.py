"""refile: run the rules on mail that is already in a Maildir."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

from maildrop_py.cli.progress import progress
from maildrop_py.cli.refile_options import Age, Common, common_options, maildir_of
from maildrop_py.cli.rules_file import program_of
from maildrop_py.decision.decider import user_world
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.maildir_messages import globs_of, walk_folders
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.run import Change, Refiling
from maildrop_py.refile.run_start import ATTEMPTS, came_before, found_again, opened_journal, say
from maildrop_py.refile.step import IMPORT
from maildrop_py.report.dry_run_rows import Row, as_json, table_of
from maildrop_py.report.tally import Tally
from maildrop_py.rules.program.program import Program

if TYPE_CHECKING:
    from maildrop_py.refile.importer import Brought

T = TypeVar("T")

RARELY = (100_000, 50, 100)
"""When to look for cycles of garbage. Messages make none, and looking at a batch of
them again and again costs as much as a fifth of a run."""
LONGEST_TABLE = 40
"""Messages; of more than this a dry run leaves the table out unless it is asked for."""


@dataclass(frozen=True)
class Options(Common):
    """What `refile` is told beside."""

    dry_run: bool
    list_all: bool
    as_lines: bool
    limit: int | None
    older_than: float | None
    from_mbox: tuple[str, ...]
    from_dir: tuple[str, ...]


@click.command()
@click.argument("maildir", required=False)
@common_options
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--list", "list_all", is_flag=True, help="A dry run's table, however long it is.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--limit", type=click.IntRange(min=1), help="Change at most so many messages.")
@click.option("--older-than", type=Age(), metavar="AGE", help="Only what came before: 30d, 2w.")
@click.option("--from-mbox", multiple=True, metavar="FILE", help="Deliver a mailbox file's mail.")
@click.option("--from-dir", multiple=True, metavar="DIR", help="Deliver a folder of messages.")
def refile(maildir: str | None, **told: Any) -> None:
    """Run the rules on the mail that MAILDIR (that of the rules file, if none is
    named) already holds, and move each message to where they say.

    Flags, keywords and dates are kept. What is where it belongs is not touched,
    so a second run does nothing. `undo` puts everything back.

    With --from-mbox and --from-dir mail from elsewhere is delivered into MAILDIR
    by the rules instead; those places are only read."""
    options, places = Options(**told), UserPaths(os.environ)
    program = program_of(options.rules)
    try:
        place = maildir_of(maildir, program.settings, places)
        run = Run(place, program, options, places)
        with run.stoppable():
            if options.from_mbox or options.from_dir:
                run.bring_in()
            else:
                run.walk()
    except MaildropError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    sys.exit(run.finish())


class Run:
    """One run of `refile` on the Maildir `place`."""

    def __init__(
        self, place: Maildir, program: Program, options: Options, places: UserPaths
    ) -> None:
        self._place = place
        self._options = options
        self._places = places
        self._decider = FiledDecider(
            program,
            user_world(places.state, offline=options.offline, remember=not options.dry_run),
        )
        self._tally = Tally()
        self._rows: list[Row] = []
        self._taken = 0
        self._stopped = False
        self._journal: Journal | None = None

    def walk(self) -> None:
        """Every message of the chosen folders."""
        options = self._options
        refiling = Refiling(
            self._place,
            self._decider,
            options.choices,
            self._opened("refile"),
            say,
            self._changed,
            rows=self._wants_rows,
        )
        self._tally = refiling.tally
        gc.freeze()
        gc.set_threshold(*RARELY)
        globs = globs_of(options.folders, options.all_folders)
        walk = walk_folders(self._place, globs, refiling.fail)
        with progress("re-filing", walk.total) as advance:
            self._each(self._old_enough(walk, refiling), refiling.take, advance)
            refiling.commit()
        for _ in range(ATTEMPTS):
            self._each(found_again(self._place, refiling), refiling.take)
            refiling.commit()
        refiling.tally.gone += len(refiling.vanished)

    def bring_in(self) -> None:
        """Every message of the mailbox files and folders named."""
        from maildrop_py.refile.import_sources import sources
        from maildrop_py.refile.importer import Import, imported_before

        options = self._options
        messages = sources(options.from_mbox, options.from_dir, self._decider.program.settings)
        bringing = Import(
            self._place,
            self._decider,
            options.choices,
            self._opened(IMPORT),
            imported_before(past_runs(journals(self._places.state)), self._place.root),
            say,
            self._brought,
        )
        self._tally = bringing.tally
        with progress("importing", None) as advance:
            self._each(messages, bringing.take, advance)
            bringing.commit()

    def finish(self) -> int:
        """Say what was done; the exit status."""
        undo = ""
        if self._journal is not None:
            self._journal.end()
            undo = self._journal.name
        if self._options.as_lines:
            _print_json({"summary": self._tally.as_json(), "undo": undo or None})
        else:
            self._print(undo)
        return 1 if self._tally.failed or self._stopped else 0

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

    def _opened(self, run: str) -> Journal | None:
        if not self._options.dry_run:
            self._journal = opened_journal(run, self._place, self._places)
        return self._journal

    def _each(
        self,
        messages: Iterable[T],
        take: Callable[[T], bool | None],
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """Take one after the other, until the limit is reached or a signal comes."""
        for message in messages:
            if self._stopped or self._taken == self._options.limit:
                return
            advance()
            self._taken += take(message) is True

    def _old_enough(self, messages: Iterable[Message], refiling: Refiling) -> Iterable[Message]:
        oldest = self._options.older_than
        if oldest is None:
            return messages
        latest = time.time() - oldest
        return (message for message in messages if came_before(message, latest, refiling))

    def _changed(self, change: Change) -> None:
        if change.row is not None:
            self._show(change.row, change.to)

    def _brought(self, brought: Brought, paths: tuple[str, ...]) -> None:
        if self._wants_rows():
            self._show(brought.row, paths[-1] if paths else "")

    def _show(self, row: Row, to: str) -> None:
        if self._options.as_lines:
            _print_json({**as_json(row), **({"to": to} if to else {})})
        elif self._is_listed():
            self._rows.append(row)

    def _wants_rows(self) -> bool:
        return self._options.as_lines or (self._options.dry_run and self._is_listed())

    def _is_listed(self) -> bool:
        return self._options.list_all or len(self._rows) <= LONGEST_TABLE

    def _print(self, undo: str) -> None:
        console, tally = Console(highlight=False), self._tally
        if self._rows and self._is_listed():
            console.print(table_of(self._rows))
            console.print()
        if tally.changed:
            console.print(tally.table())
        bringing = self._options.from_mbox or self._options.from_dir
        done = "delivered" if bringing else "changed"
        click.echo(tally.sentence(f"would be {done}" if self._options.dry_run else done))
        if self._stopped:
            click.echo("stopped before the end")
        if undo:
            click.echo(f"to put it back: maildrop-py undo {undo}")


def _print_json(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
