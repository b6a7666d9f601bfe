"""watch: file mail by the rules as it arrives in Maildirs, until a signal ends it.

Runs in the foreground, for systemd or another supervisor.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.refile_options import Common, common_options
from maildrop_py.evidence.bayes.move_teacher import move_teacher
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.learning_thread import LearningThread
from maildrop_py.refile.maildir_messages import globs_of
from maildrop_py.refile.named_maildir import maildir_of
from maildrop_py.refile.watch_service import WatchService
from maildrop_py.refile.watched import WatchedMaildir
from maildrop_py.report.refile_log import RunLogs
from maildrop_py.report.refile_reporter import WatchReporter
from maildrop_py.report.standard_error import say, warn
from maildrop_py.rule_error import RuleError
from maildrop_py.systemd import ServiceManager

if TYPE_CHECKING:
    from maildrop_py.rules.program.program import Program


@dataclass(frozen=True)
class Options(Common):
    """The further options of `watch`."""

    cur: bool
    poll: float | None
    learn: bool
    junk: str


@click.command()
@click.argument("maildirs", type=a_path, nargs=-1, metavar="[MAILDIR]...")
@common_options
@click.option("--cur", is_flag=True, help="File what is in cur/ too: mail that was seen.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="List so often instead of waiting for events (network file systems: 5).",
)
@click.option("--learn", is_flag=True, help="Learn what spam and ham are from people's moves.")
@click.option("--junk", default="Junk", show_default=True, help="The folder for spam.")
def watch(maildirs: tuple[str, ...], **given: Any) -> None:
    """File mail by the rules as it arrives in MAILDIRs; without MAILDIR it is the
    Maildir of the rules file.

    New mail, and unseen mail that is in new/ already, is filed. A message that was
    filed once and that somebody has put back is left alone. `undo` puts back what
    was done.

    With --learn, mail that people move into Junk teaches the condition `bayes` what
    spam is, and mail that they take out of it, to anywhere but Trash, what ham is;
    so do the keywords $Junk and $NotJunk. If a message is moved
    back, the lesson is taken back. Moves by the program itself teach nothing."""
    options, paths = Options(**given), UserPaths(os.environ)
    logs = RunLogs(WatchReporter(), paths.log_to_write(options.log), "watch")
    learning: list[LearningThread] = []

    def watched(program: Program) -> list[WatchedMaildir]:
        names = maildirs or (None,)
        if options.learn:
            learning.extend(_learning(name, program, options, paths) for name in names)
        return [_watched(name, program, options, paths, logs) for name in names]

    try:
        service = WatchService(
            *(options.rules or paths.rules, paths.cache, watched, ServiceManager(os.environ), warn),
            logs.flush,
            options.poll,
        )
        service.run()
    except RuleError:
        sys.exit(1)  # the mistakes were reported
    finally:
        for each in learning:
            each.stop()


def _learning(
    name: str | None, program: Program, options: Options, paths: UserPaths
) -> LearningThread:
    settings = program.settings
    maildir = maildir_of(name, settings, paths)
    teach = move_teacher(settings, paths.state).teach
    return LearningThread(maildir, paths.state, options.junk, options.trash, teach, warn)


def _watched(
    name: str | None, program: Program, options: Options, paths: UserPaths, logs: RunLogs
) -> WatchedMaildir:
    made: list[WatchedMaildir] = []
    maildir = maildir_of(name, program.settings, paths)
    reporter = logs.reporter(lambda: made[0].run_name if made else "")
    watched = WatchedMaildir(
        maildir,
        FiledDecider.of_user(program, paths.state, maildir, offline=options.offline),
        options.for_refiling,
        globs_of(options.folders, options.all_folders),
        ("new", "cur") if options.cur else ("new",),
        journals(paths.state),
        reporter,
        say,
    )
    made.append(watched)
    return watched
