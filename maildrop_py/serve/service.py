"""service: the processes of `serve`: who listens, who delivers, and as whom.

Not started as root, or with `--user` for mail that is all one user's, every
worker takes mail in and delivers it (`reception`). Started as root for users
with uids of their own, workers are `--user` (nobody, unless told) and only take
mail in; one more process stays root, sees no mail, and makes deputies.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from functools import partial

from maildrop_py.lmtp.processes.privileges import Person, become
from maildrop_py.lmtp.processes.recipient_processes import Deputies
from maildrop_py.lmtp.processes.spawner import Appointer, line
from maildrop_py.lmtp.processes.supervisor import Workers
from maildrop_py.lmtp.processes.worker import Worker
from maildrop_py.lmtp.server.group_commit import Groups
from maildrop_py.lmtp.server.listeners import close_door
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.server.server import Door
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.record import record
from maildrop_py.serve.direct_handler import Reception
from maildrop_py.serve.recipient_process import Deputy, Dispatch
from maildrop_py.serve.recipients import Directory
from maildrop_py.systemd import Manager

GRACE = 30.0  # seconds that sessions get to finish when the server stops


@record
class Plan:
    """What the command line comes to.

    `person` is who the workers are to be, None for who we are. With `deputies`,
    mail is delivered by its recipients, none of whom has a uid or gid below
    `lowest`.
    """

    doors: list[Door]
    directory: Directory
    name: str
    limits: Limits
    workers: int
    person: Person | None = None
    deputies: bool = False
    lowest: int = 1000


def run(plan: Plan, manager: Manager, log: Callable[[str], None]) -> None:
    """Serve until told to stop."""
    os.umask(0o077)
    sys.dont_write_bytecode = True  # which root would make for itself alone
    try:
        (_run_as_root if plan.deputies else _run_as_one)(plan, manager, log)
    finally:
        for door in plan.doors:
            close_door(door)


def _run_as_one(plan: Plan, manager: Manager, log: Callable[[str], None]) -> None:
    if plan.person is not None:
        become(plan.person)
        os.environ["HOME"] = pwd.getpwuid(plan.person.uid).pw_dir

    def work(number: int, beat: Callable[[], None]) -> None:
        opened = partial(Reception, plan.directory)
        Worker(plan.doors, opened, plan.name, plan.limits).run(beat, GRACE)

    Workers(work, plan.workers, manager, log, grace=GRACE).run()


def _run_as_root(plan: Plan, manager: Manager, log: Callable[[str], None]) -> None:
    lines = [line() for _ in range(plan.workers)]
    person = plan.person
    assert person is not None

    def work(number: int, beat: Callable[[], None]) -> None:
        if number == plan.workers:
            theirs = [appointers_end for appointers_end, _ in lines]
            Appointer(theirs, Deputy().perform, plan.lowest).run(beat)
            return
        become(person)

        def opened(reactor: Reactor, groups: Groups) -> Dispatch:
            return Dispatch(plan.directory, Deputies(reactor, lines[number][1]))

        Worker(plan.doors, opened, plan.name, plan.limits).run(beat, GRACE)

    last = plan.workers
    Workers(work, plan.workers + 1, manager, log, grace=GRACE, last=last).run()
