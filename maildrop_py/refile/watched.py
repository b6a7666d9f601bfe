"""watched: one Maildir under `watch`: its folders, and what arrives in them."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable

import click

from maildrop_py.cli.refile_options import Common
from maildrop_py.decision.decider import user_world
from maildrop_py.intake.watcher import Directory
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths, journals
from maildrop_py.record import replace
from maildrop_py.refile.chosen_folders import chosen_folders
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.maildir_messages import globs_of, messages_at
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.plan import identity
from maildrop_py.refile.run import Change, Refiling
from maildrop_py.refile.run_start import ATTEMPTS, found_again, opened_journal, say
from maildrop_py.report.wording import destination
from maildrop_py.rules.program.program import Program

RUN = "watch"
LISTED = 1.0  # seconds that a listing of folders is good for, if the Maildir is as it was
DAY = 86400.0  # seconds that one journal is written to
REMEMBERED = 20_000  # messages that were filed, and shall not be again


class Watched:
    """The Maildir `place`; `parts` are the subdirectories of folders that are watched."""

    def __init__(
        self,
        place: Maildir,
        program: Program,
        options: Common,
        parts: tuple[str, ...],
        places: UserPaths,
    ) -> None:
        self.root = place.root
        self._place = place
        self._options = options
        self._parts = parts
        self._places = places
        self._decider = FiledDecider(program, user_world(places.state, offline=options.offline))
        self._known: dict[str, Directory] = {}
        self._listed: tuple[int, float] = (0, 0.0)
        self._complained: set[tuple[str, str]] = set()
        self._failed: set[str] = set()
        self._filed: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        self._ids: set[tuple[int, ...]] = set()
        self._remember_earlier_runs()
        self._begin()

    def directories(self) -> list[Directory]:
        """new/, and cur/ if asked for, of the chosen folders that there are now."""
        changed = _mtime(self.root)
        if changed != self._listed[0] or time.monotonic() - self._listed[1] > LISTED:
            self._listed = (changed, time.monotonic())
            self._list()
        return list(self._known.values())

    def has(self, directory: Directory) -> bool:
        return self._known.get(directory.path) is directory

    def use(self, program: Program) -> None:
        """Other rules from now on, also for what has stayed so far."""
        settings = program.settings
        self._decider.program = program
        if (settings.layout, settings.folder_encoding) != (
            self._place.layout,
            self._place.encoding,
        ):
            self._place = Maildir(self.root, settings.layout, settings.folder_encoding)
            self._known.clear()
            self._listed = (0, 0.0)
            self.close()
            self._begin()
        for directory in self._known.values():
            directory.forget()

    def file(self, directory: Directory, names: list[str]) -> list[str]:
        """Decide about the messages of these names; those to be tried again."""
        if time.monotonic() - self._begun > DAY:
            self.close()
            self._begin()
        self._failed.clear()
        paths = [f"{directory.path}/{name}" for name in names]
        self._take(messages_at(self._place, paths))
        for _ in range(ATTEMPTS):
            self._take(found_again(self._place, self._refiling))
        self._refiling.vanished.clear()
        return [name for name, path in zip(names, paths, strict=True) if path in self._failed]

    def close(self) -> None:
        """The journal is at its end."""
        self._journal.end()

    def _begin(self) -> None:
        self._begun = time.monotonic()
        self._journal: Journal = opened_journal(RUN, self._place, self._places)
        choices = replace(self._options.choices, identify=True)
        self._refiling = Refiling(
            self._place, self._decider, choices, self._journal, self._report, self._told
        )

    def _take(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if not self._was_filed(message):
                self._refiling.take(message)
        self._refiling.commit()

    def _was_filed(self, message: Message) -> bool:
        """Whether this put the very file elsewhere before, and somebody has put it back."""
        if not self._ids:
            return False
        assert message.filed is not None
        try:
            return tuple(identity(message.filed.path)) in self._ids
        except OSError:
            return False  # gone; reading it will say so

    def _told(self, change: Change) -> None:
        rule = change.decision.rule or "no rule"
        click.echo(f"{os.path.basename(change.to)}: to {destination(change.decision)} [{rule}]")
        if change.id:
            self._remember(change.id)

    def _remember(self, key: tuple[int, ...]) -> None:
        if len(self._filed) == REMEMBERED:
            self._ids.discard(self._filed[0])
        self._filed.append(key)
        self._ids.add(key)

    def _remember_earlier_runs(self) -> None:
        found: list[tuple[int, ...]] = []
        for run in past_runs(journals(self._places.state)):  # latest first
            if len(found) < REMEMBERED and run.command == RUN and run.maildir == self.root:
                lines = [line for _, line in run.performed() if "id" in line]
                found += [tuple(line["id"]) for line in reversed(lines)]
        for key in reversed(found[:REMEMBERED]):
            self._remember(key)

    def _list(self) -> None:
        globs = globs_of(self._options.folders, self._options.all_folders)
        try:
            folders = chosen_folders(self._place, globs, self._complain)
        except OSError as error:
            self._complain(self.root, error.strerror or str(error))
            return
        now = {}
        for folder in folders:
            for part in self._parts:
                path = f"{folder.path}/{part}"
                now[path] = self._known.get(path) or Directory(folder, part)
        self._known = now

    def _report(self, path: str, why: str) -> None:
        self._failed.add(path)
        say(path, why)

    def _complain(self, path: str, why: str) -> None:
        """The same thing is said once."""
        if (path, why) not in self._complained:
            self._complained.add((path, why))
            say(path, why)


def _mtime(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
