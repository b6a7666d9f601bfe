"""watch: file mail by the rules as it arrives in Maildirs, until told to stop.

Runs in the foreground, for systemd or another supervisor. SIGHUP reads the
rules anew and looks at everything again; SIGTERM ends it after what is begun.
Rules that change are used for what arrives after that, and for what has stayed;
rules that are broken are said, and the last good ones go on being used.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import Any

import click

from maildrop_py.cli.refile_options import Common, common_options, maildir_of
from maildrop_py.errors import MaildropError
from maildrop_py.intake.network_file_system import is_network
from maildrop_py.intake.watcher import Directory, Watcher
from maildrop_py.paths import UserPaths
from maildrop_py.refile.run_start import say
from maildrop_py.refile.watched import Watched
from maildrop_py.rules.program.cache import load_program
from maildrop_py.rules.program.program import Program
from maildrop_py.systemd import ServiceManager

POLL = 5.0  # seconds between looks at a network file system
CHECK = 1.0  # seconds: rules are looked at no more often


@dataclass(frozen=True)
class Options(Common):
    """What `watch` is told beside."""

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
    help="Look so often instead of waiting for events (network file systems: 5).",
)
def watch(maildirs: tuple[str, ...], **told: Any) -> None:
    """File mail by the rules as it arrives in MAILDIRs (that of the rules file, if
    none is named).

    New mail, and what has not been seen in new/ yet, is filed; what the rules
    leave where it is stays. A message that this has filed and that somebody has
    put back is left alone. `undo` knows what was done."""
    options = Options(**told)
    try:
        sys.exit(Service(options, maildirs, UserPaths(os.environ)).run())
    except MaildropError as error:
        raise click.ClickException(str(error)) from error


class Service:
    """All Maildirs that are watched, and the rules for them."""

    def __init__(self, options: Options, maildirs: tuple[str, ...], places: UserPaths) -> None:
        self._options = options
        self._places = places
        self._rules = options.rules or places.rules
        self._said: tuple[str, ...] = ()
        self._checked = 0.0
        self._reload = False
        self._manager = ServiceManager(os.environ)
        self._program = self._first_program()
        named = maildirs or (None,)
        self._watched = [self._watch(name) for name in named]
        self._watcher = Watcher(
            self._directories,
            self._arrived,
            self._roots,
            lambda why: say("warning", why),
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
            sys.exit(1)  # the mistakes have been said
        return program

    def _watch(self, name: str | None) -> Watched:
        place = maildir_of(name, self._program.settings, self._places)
        parts = ("new", "cur") if self._options.cur else ("new",)
        return Watched(place, self._program, self._options, parts, self._places)

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
        return watched.file(directory, names)

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
            self._manager.ready("rules read anew")

    def _load(self) -> Program | None:
        """The rules as they are now, or the last good ones; what is wrong is said once."""
        warnings: list[str] = []
        program = load_program(self._rules, self._places.cache, warnings.append)
        if tuple(warnings) != self._said:
            self._said = tuple(warnings)
            for warning in warnings:
                self._warn(warning)
        return program

    def _warn(self, why: str) -> None:
        say("warning", why)


def _differs(one: Program, other: Program) -> bool:
    return one.settings != other.settings or one.state() != other.state()
