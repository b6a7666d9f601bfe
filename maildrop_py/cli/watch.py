"""watch: file mail by the rules as it arrives in Maildirs, until a signal ends it.

Runs in the foreground, for systemd or another supervisor. SIGHUP makes it read
the rules and all messages again; SIGTERM ends it after what is begun. Rules that
change are used for what arrives after that, and for what has stayed. If rules are
broken, this is reported, and the last good rules are used until they are mended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from maildrop_py.cli.log_option import log_to_write
from maildrop_py.cli.refile_options import Common, common_options, maildir_of
from maildrop_py.decision.decider import user_world
from maildrop_py.decision.decision import Decision
from maildrop_py.errors import MaildropError
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.intake.network_file_system import is_network
from maildrop_py.intake.watcher import Directory, Watcher
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.maildir_messages import globs_of
from maildrop_py.refile.run import Changed, OnChanged
from maildrop_py.refile.watched import WatchedMaildir
from maildrop_py.report.output import Output
from maildrop_py.report.refile_log import LoggingReporter
from maildrop_py.report.standard_error import say, warn
from maildrop_py.report.visible import visible
from maildrop_py.report.wording import destination
from maildrop_py.rules.program.cache import load_program
from maildrop_py.rules.program.program import Program
from maildrop_py.systemd import ServiceManager

POLL = 5.0  # seconds between listings on a network file system
CHECK = 1.0  # seconds at least between two checks whether rules have changed


@dataclass(frozen=True)
class Options(Common):
    """The further options of `watch`."""

    cur: bool
    poll: float | None


@click.command()
@click.argument("maildirs", nargs=-1, metavar="[MAILDIR]...")
@common_options
@click.option("--cur", is_flag=True, help="File what is in cur/ too: mail that was seen.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="List so often instead of waiting for events (network file systems: 5).",
)
def watch(maildirs: tuple[str, ...], **given: Any) -> None:
    """File mail by the rules as it arrives in MAILDIRs; without MAILDIR it is the
    Maildir of the rules file.

    New mail, and unseen mail that is in new/ already, is filed. A message that was
    filed once and that somebody has put back is left alone. `undo` puts back what
    was done."""
    options = Options(**given)
    try:
        sys.exit(Service(options, maildirs, UserPaths(os.environ)).run())
    except MaildropError as error:
        raise click.ClickException(str(error)) from error


class Service:
    """All Maildirs that are watched, and the rules for them."""

    def __init__(self, options: Options, maildirs: tuple[str, ...], paths: UserPaths) -> None:
        self._options = options
        self._paths = paths
        self._rules = options.rules or paths.rules
        self._warned: tuple[str, ...] = ()
        self._checked = 0.0
        self._reload = False
        self._manager = ServiceManager(os.environ)
        log = log_to_write(options.log)
        printing = WatchReporter()
        self._reporter = LoggingReporter(printing, log, "watch") if log else printing
        self._program = self._first_program()
        named = maildirs or (None,)
        self._watched = [self._watch(name) for name in named]
        self._watcher = Watcher(
            self._directories,
            self._arrived,
            self._roots,
            warn,
            self._polling(),
        )

    def run(self) -> int:
        """Until a signal ends it; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: self._watcher.stop())
        signal.signal(signal.SIGHUP, lambda number, frame: self._ask_for_reload())
        try:
            self._watcher.run(
                lambda: self._manager.ready(f"watching {len(self._watched)} Maildirs")
            )
        finally:
            self._manager.stopping()
            for watched in self._watched:
                watched.close()
        return 0

    def _first_program(self) -> Program:
        program = self._load()
        if program is None:
            sys.exit(1)  # the mistakes were reported
        return program

    def _watch(self, name: str | None) -> WatchedMaildir:
        options, state = self._options, self._paths.state
        world = user_world(state, offline=options.offline)
        return WatchedMaildir(
            maildir_of(name, self._program.settings, self._paths),
            FiledDecider(self._program, world),
            options.for_refiling,
            globs_of(options.folders, options.all_folders),
            ("new", "cur") if options.cur else ("new",),
            journals(state),
            self._reporter,
            say,
        )

    def _polling(self) -> float | None:
        if self._options.poll is not None:
            return self._options.poll
        roots = [watched.root for watched in self._watched]
        return POLL if any(map(is_network, roots)) else None

    def _directories(self) -> list[Directory]:
        self._check_rules()
        return [each for watched in self._watched for each in watched.directories()]

    def _roots(self) -> list[str]:
        return [watched.root for watched in self._watched]

    def _arrived(self, directory: Directory, names: list[str]) -> list[str]:
        (watched,) = (each for each in self._watched if each.has(directory))
        failed = watched.file(directory, names)
        if isinstance(self._reporter, LoggingReporter):
            self._reporter.flush()
        return failed

    def _ask_for_reload(self) -> None:
        self._reload = True
        self._watcher.wake()

    def _check_rules(self) -> None:
        """Take up rules that have changed; look at everything again with them."""
        now = time.monotonic()
        if not self._reload and now - self._checked < CHECK:
            return
        self._checked = now
        asked, self._reload = self._reload, False
        if asked:
            self._manager.reloading()
        program = self._load()
        if program is not None and (asked or _differs(program, self._program)):
            self._program = program
            for watched in self._watched:
                watched.use(program)
        if asked:
            self._manager.ready("rules were read again")

    def _load(self) -> Program | None:
        """The rules as they are now, or the last good ones; each mistake is reported once."""
        warnings: list[str] = []
        program = load_program(self._rules, self._paths.cache, warnings.append)
        if tuple(warnings) != self._warned:
            self._warned = tuple(warnings)
            for warning in warnings:
                warn(warning)
        return program


class WatchReporter:
    """Prints a line for each message that was filed, and for what went wrong."""

    def __init__(self) -> None:
        self._output = Output()  # nobody need read it

    def planned(
        self, path: str, message: Message, decision: Decision, evidence: Evidence
    ) -> OnChanged:
        return partial(self._changed, destination(decision), decision.rule or "no rule")

    def left(self, reason: str) -> None:
        """Messages that stay are not reported: there are too many of them."""

    def failed(self, path: str, why: str) -> None:
        say(path, why)

    def warn(self, text: str) -> None:
        warn(text)

    def _changed(self, where: str, rule: str, changed: Changed) -> None:
        name = os.path.basename(changed.path)
        self._output.write(visible(f"{name}: to {where} [{rule}]") + "\n")


def _differs(one: Program, other: Program) -> bool:
    return one.settings != other.settings or one.state() != other.state()
