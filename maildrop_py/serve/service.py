"""service: the processes of `serve`: who listens, who delivers, and as whom.

Not started as root, or with `--user` for mail that belongs to one account, every
worker takes mail in and delivers it (`direct_handler`). Started as root for users
with uids of their own, workers run as `--user` and only take mail in
(`process_handler`); one more process, the spawner, stays root, sees no mail, and
starts the processes of recipients.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from functools import partial

from maildrop_py.lmtp.processes.privileges import Credentials, become
from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
from maildrop_py.lmtp.processes.spawner import Spawner, line
from maildrop_py.lmtp.processes.supervisor import Supervisor
from maildrop_py.lmtp.processes.worker import Worker
from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.listeners import Listener, close_listener
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.record import record
from maildrop_py.serve.direct_handler import DirectHandler
from maildrop_py.serve.process_handler import ProcessHandler
from maildrop_py.serve.recipient_process import RecipientProcess
from maildrop_py.serve.recipients import Recipients
from maildrop_py.systemd import ServiceManager

GRACE = 30.0  # seconds that sessions get to finish when the server stops


@record
class Plan:
    """What the command line asks for.

    `credentials` are those of the workers, None for our own. With `processes`,
    each recipient's own process delivers; no recipient has a uid or gid below
    `lowest`.
    """

    listeners: list[Listener]
    recipients: Recipients
    name: str
    limits: Limits
    workers: int
    credentials: Credentials | None = None
    processes: bool = False
    lowest: int = 1000


def run(plan: Plan, manager: ServiceManager, log: Callable[[str], None]) -> None:
    """Serve until a signal stops it."""
    os.umask(0o077)
    sys.dont_write_bytecode = True  # which root would make for itself alone
    try:
        (_run_as_root if plan.processes else _run_as_one)(plan, manager, log)
    finally:
        for listener in plan.listeners:
            close_listener(listener)


def _run_as_one(plan: Plan, manager: ServiceManager, log: Callable[[str], None]) -> None:
    if plan.credentials is not None:
        become(plan.credentials)
        os.environ["HOME"] = pwd.getpwuid(plan.credentials.uid).pw_dir

    def work(number: int, beat: Callable[[], None]) -> None:
        opened = partial(DirectHandler, plan.recipients)
        Worker(plan.listeners, opened, plan.name, plan.limits).run(beat, GRACE)

    Supervisor(work, plan.workers, manager, log, grace=GRACE).run()


def _run_as_root(plan: Plan, manager: ServiceManager, log: Callable[[str], None]) -> None:
    lines = [line() for _ in range(plan.workers)]
    credentials = plan.credentials
    assert credentials is not None

    def work(number: int, beat: Callable[[], None]) -> None:
        if number == plan.workers:
            theirs = [spawners_end for spawners_end, _ in lines]
            Spawner(theirs, RecipientProcess().perform, plan.lowest).run(beat)
            return
        become(credentials)

        def opened(reactor: Reactor, groups: GroupCommit) -> ProcessHandler:
            return ProcessHandler(plan.recipients, RecipientProcesses(reactor, lines[number][1]))

        Worker(plan.listeners, opened, plan.name, plan.limits).run(beat, GRACE)

    last = plan.workers
    Supervisor(work, plan.workers + 1, manager, log, grace=GRACE, last=last).run()
