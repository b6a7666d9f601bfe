"""refile: run the rules on mail that is already in a Maildir."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.refile_options import Age, Common, common_options
from maildrop_py.cli.rules_file import program_of
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.import_batch import IMPORT
from maildrop_py.refile.maildir_messages import globs_of
from maildrop_py.refile.named_maildir import check_folders, maildir_of
from maildrop_py.refile.whole_run import WholeRun
from maildrop_py.report.progress import progress
from maildrop_py.report.refile_log import RunLogs
from maildrop_py.report.refile_reporter import RefileReporter
from maildrop_py.report.standard_error import say, warn
from maildrop_py.rules.program.program import Program


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

    @property
    def imports(self) -> bool:
        """Whether mail comes from elsewhere."""
        return bool(self.from_mbox or self.from_dir)


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
    reporter = RefileReporter(
        dry_run=options.dry_run, list_all=options.list_all, as_lines=options.as_lines
    )
    try:
        chosen = maildir_of(maildir, program.settings, paths)
        offline, really = options.offline, not options.dry_run
        decider = FiledDecider.of_user(program, paths.state, chosen, offline=offline, really=really)
        run = WholeRun(chosen, decider, options.for_refiling, reporter, progress, options.limit)
        with run.stoppable():
            _run(run, chosen, program, options, reporter, paths)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    done = "delivered" if options.imports else "changed"
    reporter.finish(done, run.name, run.stopped)
    sys.exit(1 if reporter.tally.failed or run.stopped else 0)


def _run(
    run: WholeRun,
    maildir: Maildir,
    program: Program,
    options: Options,
    reporter: RefileReporter,
    paths: UserPaths,
) -> None:
    command, directory = IMPORT if options.imports else "refile", journals(paths.state)
    if not options.imports:
        check_folders([maildir.root], options.folders, program.settings)
    logs = RunLogs(reporter, None if options.dry_run else paths.log_to_write(options.log), command)
    if not options.dry_run:
        run.start(command, directory, warn)
    either = logs.reporter(lambda: run.name)
    if options.imports:
        run.import_mail(options.from_mbox, options.from_dir, directory, either, say)
    else:
        run.refile(globs_of(options.folders, options.all_folders), options.older_than, either)
    reporter.tally.gone += run.vanished
    run.end()
    logs.flush()
