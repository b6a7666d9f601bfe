"""service: the processes of `serve`: who listens, who delivers, and as whom.

Not started as root, or with `--user` for mail that belongs to one account, every
worker takes mail in and delivers it (`direct_handler`). Started as root for users
with uids of their own, workers run as an account that owns nothing and only take
mail in (`process_handler`); one more process, the spawner, stays root, sees no
mail, and starts the processes of recipients.
"""

from __future__ import annotations

import os
import pwd
import socket
import sys
from collections.abc import Callable
from functools import partial

from maildrop_py.lmtp.processes.privileges import Credentials, become
from maildrop_py.lmtp.processes.process_limits import ProcessLimits
from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
from maildrop_py.lmtp.processes.recipient_program import command_line
from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from maildrop_py.lmtp.processes.spawner import Policy, Spawner, channel
from maildrop_py.lmtp.processes.supervisor import Supervisor
from maildrop_py.lmtp.processes.terminal import leave_terminal
from maildrop_py.lmtp.processes.worker import Worker
from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.listeners import Listener, close_listener
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.metrics.counters import Counters
from maildrop_py.metrics.exporter import export
from maildrop_py.record import record
from maildrop_py.serve.direct_handler import DirectHandler
from maildrop_py.serve.hand_over import HandOver
from maildrop_py.serve.hand_over_process import Deliver
from maildrop_py.serve.metrics import Metrics, serve_counters
from maildrop_py.serve.own_hand_over import OwnHandOver
from maildrop_py.serve.process_handler import ProcessHandler
from maildrop_py.serve.recipients import Recipients
from maildrop_py.serve.server_log import ServerLog
from maildrop_py.serve.startup_check import check_interpreter
from maildrop_py.systemd import ServiceManager

NOBODY = 65534  # other servers and file systems run as that, so no mail for it
GRACE = 30.0  # seconds that sessions get to finish when the server stops
Beat = Callable[[], None]
Role = Callable[[Beat], None]
"""What one process does for its whole life."""


@record
class Plan:
    """What the command line asks for.

    `credentials` are those of the workers, None for our own. With `processes`,
    each recipient's own process delivers; no recipient has a uid or gid below
    `lowest`. A message may take `seconds` after its last byte. `deliver` is what
    happens to a message that the native hook hands over. `metrics` is where live figures
    are told, if they are.
    """

    listeners: list[Listener]
    deliver: Deliver
    recipients: Recipients
    name: str
    limits: Limits
    workers: int
    log: ServerLog
    seconds: float
    credentials: Credentials | None = None
    processes: bool = False
    lowest: int = 1000
    process_limits: ProcessLimits = ProcessLimits()
    resources: ResourceLimits = ResourceLimits()
    metrics: Listener | None = None


def run(plan: Plan, manager: ServiceManager) -> None:
    """Serve until a signal stops it. Raises UsageError if nobody could deliver."""
    os.umask(0o077)
    sys.dont_write_bytecode = True  # which root would make for itself alone
    front = leave_terminal()
    try:
        if plan.credentials is not None:
            check_interpreter(plan.credentials)
        _read_nothing()
        for listener in plan.listeners:
            plan.log.info(f"listening on {listener.address}")
        (_run_as_root if plan.processes else _run_as_one)(plan, manager, front)
    finally:
        for listener in (*plan.listeners, *([plan.metrics] if plan.metrics else [])):
            close_listener(listener)


def _read_nothing() -> None:
    """Standard input is /dev/null: nobody who delivers has anything to read there."""
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    if null:
        os.close(null)


def _run_as_one(plan: Plan, manager: ServiceManager, front: int) -> None:
    if plan.credentials is not None:
        become(plan.credentials)
        os.environ["HOME"] = pwd.getpwuid(plan.credentials.uid).pw_dir
    counters = serve_counters(plan.workers)
    workers = [partial(_deliver, plan, counters, number) for number in range(plan.workers)]
    _supervise(plan, manager, [*workers, *_others(plan, counters)], front)


def _run_as_root(plan: Plan, manager: ServiceManager, front: int) -> None:
    credentials = plan.credentials
    assert credentials is not None
    policy = Policy(
        command=tuple(command_line("maildrop_py.serve.recipient_process", "main")),
        lowest=plan.lowest,
        refused=(credentials.uid, NOBODY),
        limits=plan.resources,
    )
    counters = serve_counters(plan.workers)
    channels = [channel() for _ in range(plan.workers)]
    workers = [
        partial(_take_in, plan, counters, number, own) for number, (_, own) in enumerate(channels)
    ]
    spawner = partial(_spawn, [spawners_end for spawners_end, _ in channels], policy)
    others = [partial(_without, channels, role) for role in _others(plan, counters, policy.refused)]
    _supervise(plan, manager, [*workers, spawner, *others], front, last=len(workers))


def _supervise(
    plan: Plan, manager: ServiceManager, roles: list[Role], front: int, last: int | None = None
) -> None:
    """Run a process for each role; the one with the number `last` ends when the others have."""

    def work(number: int, beat: Beat) -> None:
        roles[number](beat)

    Supervisor(
        *(work, len(roles), manager, plan.log.warning),
        grace=GRACE,
        last=last,
        note=plan.log.info,
        front=front,
    ).run()


def _others(plan: Plan, counters: Counters, refused: tuple[int, ...] = ()) -> list[Role]:
    """A process for each socket of the native hook, and one that tells what workers count."""
    hooks: list[Role] = [
        partial(_hand_over, plan, counters, listener, refused) for listener in _for_hooks(plan)
    ]
    return hooks if plan.metrics is None else [*hooks, partial(_export, plan, counters)]


def _deliver(plan: Plan, counters: Counters, number: int, beat: Beat) -> None:
    """A worker that delivers what it takes in."""
    metrics = Metrics(counters.own(number))
    opened = partial(DirectHandler, plan.recipients, plan.seconds, plan.log, metrics=metrics)
    worker = Worker(_for_lmtp(plan), opened, plan.name, plan.limits)
    worker.reactor.ticks.append(lambda: metrics.now(len(worker.server.connections)))
    worker.run(beat, GRACE)


def _take_in(plan: Plan, counters: Counters, number: int, own: socket.socket, beat: Beat) -> None:
    """A worker that has recipients' processes deliver; `own` leads to the spawner."""
    assert plan.credentials is not None
    become(plan.credentials)
    for listener in _for_hooks(plan):
        listener.socket.close()
    metrics = Metrics(counters.own(number))

    def opened(reactor: Reactor, groups: GroupCommit) -> ProcessHandler:
        processes = RecipientProcesses(reactor, own, plan.process_limits, plan.log.warning)
        reactor.ticks.append(
            lambda: metrics.now(
                len(worker.server.connections), processes.running, processes.messages
            )
        )
        return ProcessHandler(plan.recipients, processes, plan.seconds, plan.log, metrics)

    worker = Worker(_for_lmtp(plan), opened, plan.name, plan.limits)
    worker.run(beat, GRACE)


def _without(channels: list[tuple[socket.socket, socket.socket]], role: Role, beat: Beat) -> None:
    """A role that has nothing to say to the spawner, and neither has what it forks."""
    for ends in channels:
        for end in ends:
            end.close()
    role(beat)


def _spawn(ends: list[socket.socket], policy: Policy, beat: Beat) -> None:
    """The process that stays root."""
    os.setsid()
    Spawner(ends, policy).run(beat)


def _export(plan: Plan, counters: Counters, beat: Beat) -> None:
    """One more process, which tells what the workers count."""
    assert plan.metrics is not None
    os.setsid()
    if plan.processes and plan.credentials is not None:
        become(plan.credentials)
    for listener in plan.listeners:
        listener.socket.close()
    export(plan.metrics, counters, beat)


def _for_lmtp(plan: Plan) -> list[Listener]:
    return [listener for listener in plan.listeners if not listener.takes_packets]


def _for_hooks(plan: Plan) -> list[Listener]:
    return [listener for listener in plan.listeners if listener.takes_packets]


def _hand_over(
    plan: Plan, counters: Counters, own: Listener, refused: tuple[int, ...], beat: Beat
) -> None:
    """One more process, for what the native hook hands over.

    What it forks becomes a user's: it keeps nothing of the server's that they would get.
    """
    os.setsid()
    for listener in (*plan.listeners, *([plan.metrics] if plan.metrics else [])):
        if listener is not own:
            listener.socket.close()
    counters.keep_from_children()
    if os.geteuid() != 0:
        OwnHandOver(own.socket, plan.deliver, plan.log.warning).run(beat)
        return
    HandOver(
        own.socket,
        plan.deliver,
        plan.log.warning,
        lowest=plan.lowest,
        refused=refused,
        limit=plan.resources.apply if plan.processes else lambda: None,
    ).run(beat)
