"""watch_service: watches Maildirs until a signal ends it, by rules that may change meanwhile.

SIGHUP makes it read the rules and all messages again; SIGTERM ends it after what is
begun. Rules that change are used for what arrives after that, and for what has
stayed. If rules are broken, this is reported, and the last good rules are used until
they are mended.
"""

from __future__ import annotations

import signal
import time

from maildrop_py.intake.network_file_system import is_network
from maildrop_py.intake.watcher import Watcher
from maildrop_py.rule_error import RuleError
from maildrop_py.rules.program.cache import load_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.intake.watcher import Directory
    from maildrop_py.refile.watched import WatchedMaildir
    from maildrop_py.rules.program.program import Program
    from maildrop_py.systemd import ServiceManager

POLL = 5.0  # seconds between listings on a network file system
CHECK = 1.0  # seconds at least between two checks whether rules have changed


class WatchService:
    """All Maildirs that are watched, and the rules for them, of the file `rules`.

    `watch` makes the watched Maildirs for a program; `settled` is called when a group
    of messages was taken. `poll` seconds are between two listings, if not None. Raises
    RuleError, without problems since they were reported, if there are no rules to begin with.
    """

    def __init__(
        self,
        rules: str,
        cache: str,
        watch: Callable[[Program], list[WatchedMaildir]],
        manager: ServiceManager,
        warn: Callable[[str], None],
        settled: Callable[[], None],
        poll: float | None,
    ) -> None:
        self._rules, self._cache = rules, cache
        self._manager = manager
        self._warn = warn
        self._settled = settled
        self._warned: tuple[str, ...] = ()
        self._checked = 0.0
        self._reload = False
        program = self._load()
        if program is None:
            raise RuleError([])
        self._program = program
        self._watched = watch(program)
        polling = self._polling() if poll is None else poll
        self._watcher = Watcher(self._directories, self._arrived, self._roots, warn, polling)

    def run(self) -> None:
        """Watch, until a signal ends it."""
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

    def _polling(self) -> float | None:
        return POLL if any(map(is_network, self._roots())) else None

    def _directories(self) -> list[Directory]:
        self._check_rules()
        return [each for watched in self._watched for each in watched.directories()]

    def _roots(self) -> list[str]:
        return [watched.root for watched in self._watched]

    def _arrived(self, directory: Directory, names: list[str]) -> list[str]:
        (watched,) = (each for each in self._watched if each.has(directory))
        failed = watched.file(directory, names)
        self._settled()
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
        program = load_program(self._rules, self._cache, warnings.append)
        if tuple(warnings) != self._warned:
            self._warned = tuple(warnings)
            for warning in warnings:
                self._warn(warning)
        return program


def _differs(one: Program, other: Program) -> bool:
    return one.settings != other.settings or one.state() != other.state()
