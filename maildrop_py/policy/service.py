"""service: the processes of `policy`: a supervisor and workers, and as whom they run.

Started as root, everything becomes `credentials` before a client is heard. The policy file
is read again when it, or a file it includes, has changed, and on SIGHUP; one that is
broken is said so, and the last good one goes on being used.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from functools import partial

from maildrop_py.errors import MaildropError, UsageError
from maildrop_py.evidence.store import Store
from maildrop_py.lmtp.processes.privileges import Credentials, become
from maildrop_py.lmtp.processes.supervisor import Supervisor
from maildrop_py.lmtp.processes.terminal import leave_terminal
from maildrop_py.lmtp.server.listeners import Listener, close_listener
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.metrics.exporter import export
from maildrop_py.paths import COUNTRIES, evidence_store, greylist_store
from maildrop_py.policy.answerer import Answerer
from maildrop_py.policy.client import Surroundings, surroundings
from maildrop_py.policy.language import Policy, read_policy
from maildrop_py.policy.log import PolicyLog
from maildrop_py.policy.memories import open_memory
from maildrop_py.policy.metrics import Metrics, policy_counters
from maildrop_py.policy.server import CLIENTS, Server, SlowCalls
from maildrop_py.policy.tarpits import Shared, Tarpits
from maildrop_py.record import record
from maildrop_py.rules.language.stamps import unchanged
from maildrop_py.systemd import ServiceManager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.settings import Clock

DESCRIPTORS = CLIENTS + 1000
LOOKED_AT = 5.0
"""Seconds between two looks at the policy file."""
CLEANING = 0.01
"""Seconds that a worker cleans the store for, about once a second."""


@record
class Setting:
    """What the command line comes to; `credentials` is who the workers are, None for who we are."""

    path: str
    state: str
    log: str | None
    workers: int
    listeners: tuple[Listener, ...] = ()
    credentials: Credentials | None = None
    offline: bool = False
    metrics: Listener | None = None


def run(setting: Setting, manager: ServiceManager, say: Callable[[str], None]) -> None:
    """Serve until told to stop; raises RuleError for a policy that cannot be used."""
    read_policy(setting.path)
    os.umask(0o077)
    sys.dont_write_bytecode = True
    _raise_descriptors()
    front = leave_terminal()
    if setting.credentials is not None:
        _own_state(setting)
        become(setting.credentials)
        read_policy(setting.path)  # who it is now may read less than root
    shared, counters = Shared(setting.workers), policy_counters(setting.workers)

    def work(number: int, beat: Callable[[], None]) -> None:
        if number == setting.workers and setting.metrics is not None:
            export(setting.metrics, counters, beat)
        else:
            Worker(setting, number, shared, say, metrics=Metrics(counters.own(number))).run(beat)

    count = setting.workers + (setting.metrics is not None)
    try:
        Supervisor(work, count, manager, say, grace=10.0, front=front).run()
    finally:
        for listener in (*setting.listeners, *([setting.metrics] if setting.metrics else [])):
            close_listener(listener)


def _raise_descriptors() -> None:
    """Each client needs one; many systems give 1024 unless one asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _own_state(setting: Setting) -> None:
    """Root makes the state directory for the user whose it will be; UsageError if it is another's.

    One that is there already is never given away: other files may be in it.
    """
    assert setting.credentials is not None
    uid, gid = setting.credentials.uid, setting.credentials.gid
    try:
        os.mkdir(setting.state, 0o700)
    except FileExistsError:
        if os.stat(setting.state).st_uid != uid:
            said = f"{setting.state} does not belong to the user of the policy service"
            raise UsageError(f"{said} (uid {uid}): chown it, or say --state") from None
        return
    os.chown(setting.state, uid, gid)


class Worker:
    """One process: its loop, its answerer, its server."""

    def __init__(
        self,
        setting: Setting,
        number: int,
        shared: Shared,
        say: Callable[[str], None],
        clock: Clock = time,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics(policy_counters(1).own(0))
        self._setting, self._say, self._number = setting, say, number
        self._clock = clock
        self.reactor = Reactor()
        self._store = Store(evidence_store(setting.state))
        policy = read_policy(setting.path)
        self._memory, self._clean = open_memory(
            policy.settings.store, greylist_store(setting.state), clock
        )
        self._log = PolicyLog(setting.log, _has_countries(policy))
        slow = SlowCalls()
        soon = self.reactor.soon
        self.answerer = Answerer(
            policy,
            self._around(policy),
            self._memory,
            self._log,
            Tarpits(shared, number),
            clock,
            partial(slow.later, soon),
            soon,
            self._metrics,
        )
        self._server = Server(self.reactor, self.answerer, list(setting.listeners), say)
        self._looked = self.reactor.now
        self._said: set[str] = set()

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.reactor.soon(self._server.stop))
        signal.signal(signal.SIGHUP, lambda *_: self.reactor.soon(self._reload))
        self.reactor.ticks += [beat, self._tick]
        beat()
        self.reactor.run()

    def _around(self, policy: Policy) -> Surroundings:
        return surroundings(
            policy.settings,
            policy.program.zones,
            self._setting.state,
            self._store,
            self._setting.offline,
            self._clock,
        )

    def _tick(self) -> None:
        now = self.reactor.now
        self._metrics.now(len(self._server.connections))
        if now - self._looked >= LOOKED_AT:
            self._looked = now
            if not unchanged(self.answerer.policy.stamps):
                self._reload()
        until = time.monotonic() + CLEANING
        while self._clean(int(self._clock.time())) and time.monotonic() < until:
            pass
        for warning in (*self.answerer.warnings, *self._memory.warnings, *self._log.warnings):
            self._warn(warning)
        self.answerer.warnings.clear()
        self._memory.warnings.clear()
        self._log.warnings.clear()

    def _warn(self, warning: str) -> None:
        """Each warning once, until there are too many to remember."""
        if len(self._said) > 1000:
            self._said.clear()
        if warning not in self._said:
            self._said.add(warning)
            self._say(warning)

    def _reload(self) -> None:
        try:
            policy = read_policy(self._setting.path)
        except (MaildropError, OSError) as error:
            self._warn(f"the policy cannot be used, going on with the last: {error}")
            return
        if policy.settings.store != self.answerer.policy.settings.store:
            self._memory, self._clean = open_memory(
                policy.settings.store, greylist_store(self._setting.state), self._clock
            )
            self.answerer.memory = self._memory
        self.answerer.policy, self.answerer.around = policy, self._around(policy)
        self._log.countries = _has_countries(policy)
        if self._number == 0:
            self._say(f"{self._setting.path} is read again")


def _has_countries(policy: Policy) -> bool:
    """Whether there is a table of countries, so that the log can say where clients are."""
    return os.path.exists(policy.settings.countries or COUNTRIES)
