"""watched: one Maildir under `watch`: its folders, and what arrives in them."""

from __future__ import annotations

import os
import time
from collections import deque

from maildrop_py.intake.watcher import Directory
from maildrop_py.maildir.maildir import maildir_at
from maildrop_py.record import replace
from maildrop_py.refile.chosen_folders import chosen_folders
from maildrop_py.refile.maildir_messages import messages_at
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.run import ATTEMPTS, RefileRun
from maildrop_py.refile.run_start import start_run
from maildrop_py.refile.step import identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.filed_decider import FiledDecider
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.run import Changed, OnChanged, Reporter
    from maildrop_py.rules.program.program import Program

WATCH = "watch"  # what journals call the command
LISTED = 1.0  # seconds that a list of folders is used, if the Maildir has not changed
DAY = 86400.0  # seconds that one journal is written to
REMEMBERED = 20_000  # messages that were filed, and are not filed again


class WatchedMaildir:
    """A Maildir whose new mail is filed; `parts` are the subdirectories that are watched.

    `globs` choose its folders, all for None; `journals` is the directory of
    journals. `complain` gets a folder that cannot be watched, and why.
    """

    def __init__(
        self,
        maildir: Maildir,
        decider: FiledDecider,
        options: RefileOptions,
        globs: tuple[str, ...] | None,
        parts: tuple[str, ...],
        journals: str,
        reporter: Reporter,
        complain: Callable[[str, str], None],
    ) -> None:
        self.root = maildir.root
        self._maildir = maildir
        self._decider = decider
        self._options = replace(options, keep_identity=True)
        self._globs = globs
        self._parts = parts
        self._journals = journals
        self._reporter = _WatchReporter(reporter, self._remember)
        self._complain = complain
        self._known: dict[str, Directory] = {}
        self._listed: tuple[int, float] = (0, 0.0)
        self._complaints: set[tuple[str, str]] = set()
        self._filed: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        self._identities: set[tuple[int, ...]] = set()
        self._remember_earlier_runs()
        self._begin()

    @property
    def run_name(self) -> str:
        """The name by which `undo` knows what is done now; "" if nothing was done yet."""
        return self._journal.name

    def directories(self) -> list[Directory]:
        """new/, and cur/ if it is watched, of the chosen folders that there are now."""
        changed = _mtime(self.root)
        if changed != self._listed[0] or time.monotonic() - self._listed[1] > LISTED:
            self._listed = (changed, time.monotonic())
            self._list()
        return list(self._known.values())

    def has(self, directory: Directory) -> bool:
        """Whether `directory` is one of directories()."""
        return self._known.get(directory.path) is directory

    def use(self, program: Program) -> None:
        """Go by other rules from now on, also for what has stayed so far."""
        settings = program.settings
        self._decider.program = program
        layout, encoding = settings.layout, settings.folder_encoding
        if (layout, encoding) != (self._maildir.layout, self._maildir.encoding):
            self._maildir = maildir_at(self.root, settings)
            self._known.clear()
            self._listed = (0, 0.0)
            self.close()
            self._begin()
        for directory in self._known.values():
            directory.forget()

    def file(self, directory: Directory, names: list[str]) -> list[str]:
        """Decide about the messages with these names; returns those to be tried again."""
        if time.monotonic() - self._begun > DAY:
            self.close()
            self._begin()
        failed = self._reporter.failures
        failed.clear()
        paths = [f"{directory.path}/{name}" for name in names]
        self._take(messages_at(self._maildir, paths))
        for _ in range(ATTEMPTS):
            self._take(self._run.found_again())
        self._run.vanished.clear()
        return [name for name, path in zip(names, paths, strict=True) if path in failed]

    def close(self) -> None:
        """End the journal."""
        self._journal.end()

    def _begin(self) -> None:
        self._begun = time.monotonic()
        warn = self._reporter.warn
        self._journal: Journal = start_run(WATCH, self._maildir, self._journals, warn)
        self._run = RefileRun(
            self._maildir, self._decider, self._options, self._journal, self._reporter
        )

    def _take(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if not self._was_filed(message):
                self._run.take(message)
        self._run.commit()

    def _was_filed(self, message: Message) -> bool:
        """Whether we filed this very file before, and somebody has put it back."""
        if not self._identities:
            return False
        assert message.file is not None
        try:
            return identity_of(message.file.path) in self._identities
        except OSError:
            return False  # gone; reading it will report that

    def _remember(self, identity: tuple[int, ...]) -> None:
        if len(self._filed) == REMEMBERED:
            self._identities.discard(self._filed[0])
        self._filed.append(identity)
        self._identities.add(identity)

    def _remember_earlier_runs(self) -> None:
        found: list[tuple[int, ...]] = []
        for run in past_runs(self._journals):  # latest first
            if len(found) < REMEMBERED and run.command == WATCH and run.maildir == self.root:
                lines = [line for _, line in run.performed() if "id" in line]
                found += [tuple(line["id"]) for line in reversed(lines)]
        for identity in reversed(found[:REMEMBERED]):
            self._remember(identity)

    def _list(self) -> None:
        try:
            folders = chosen_folders(self._maildir, self._globs, self._complain_once)
        except OSError as error:
            self._complain_once(self.root, error.strerror or str(error))
            return
        now = {}
        for folder in folders:
            for part in self._parts:
                path = f"{folder.path}/{part}"
                now[path] = self._known.get(path) or Directory(folder, part)
        self._known = now

    def _complain_once(self, path: str, why: str) -> None:
        if (path, why) not in self._complaints:
            self._complaints.add((path, why))
            self._complain(path, why)


class _WatchReporter:
    """Reports to another Reporter, and keeps what `watch` must know of each message."""

    def __init__(self, reporter: Reporter, remember: Callable[[tuple[int, ...]], None]) -> None:
        self.failures: set[str] = set()
        self.warn = reporter.warn
        self.left = reporter.left
        self._reporter = reporter
        self._remember = remember

    def planned(
        self, path: str, message: Message, decision: Decision, evidence: Evidence
    ) -> OnChanged:
        report = self._reporter.planned(path, message, decision, evidence)

        def changed(done: Changed) -> None:
            report(done)
            if done.identity:
                self._remember(done.identity)

        return changed

    def failed(self, path: str, why: str) -> None:
        self.failures.add(path)
        self._reporter.failed(path, why)


def _mtime(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
