"""plan: from the options of `serve` to a Plan, or what is wrong with them."""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.listening import hook_listeners, listeners_of
from maildrop_py.lmtp.processes.privileges import (
    Credentials,
    credentials_named,
    unused_credentials,
)
from maildrop_py.lmtp.processes.process_limits import ProcessLimits
from maildrop_py.lmtp.processes.resource_limits import MIB, ResourceLimits
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.metrics.exporter import metrics_listener
from maildrop_py.paths import SHARED_RULES, UserPaths, delivery_log
from maildrop_py.serve.hand_over_process import Deliver
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.recipients import MailboxPaths, Recipients
from maildrop_py.serve.server_log import ServerLog
from maildrop_py.serve.service import NOBODY, Plan
from maildrop_py.serve.startup_check import check_users_file
from maildrop_py.serve.user_database import (
    AnyUser,
    MaildirUsers,
    PasswordFile,
    SystemAccounts,
    WithoutAccount,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from maildrop_py.lmtp.server.listeners import Listener
    from maildrop_py.serve.user_database import UserDatabase

WORKERS_ACCOUNT = "maildrop-py"
"""Who the workers are where recipients deliver, if this account exists."""


@dataclass(frozen=True)
class Options:
    """The options of `maildrop-py serve`, as they were given."""

    listen: tuple[str, ...]
    mode: str
    owner: str | None
    group: str | None
    xforward: bool
    users: str | None
    user: str | None
    lowest_uid: int
    maildir: str | None
    home: str | None
    rules: str | None
    default_rules: str | None
    state: str | None
    log: str | None
    log_to: str
    hand_over: str | None
    create: bool
    recipient_delimiter: str
    name: str | None
    workers: int | None
    sessions: int
    sessions_per_uid: int | None
    recipients: int
    message_size: int
    greeting_time: float
    idle: float
    deadline: float
    processes: int
    process_idle: float
    queue: int
    process_memory: int
    process_cpu: int
    process_count: int
    metrics: str | None


def plan_of(options: Options, environ: MutableMapping[str, str], deliver: Deliver) -> Plan:
    """What `serve` is to do. Opens its sockets; raises UsageError and OSError.

    `deliver` delivers what the native hook hands over.
    """
    credentials = _credentials(options)
    homes = bool(options.users or options.home)
    paths = _mailbox_paths(options, homes, environ)
    if not _may_serve_hooks_alone(options, environ):
        paths.check(homes)
    name = options.name or socket.getfqdn()
    log = ServerLog(options.log_to, environ)
    users = _users(options, paths, log, credentials)
    listeners = _listeners(options, environ, log)
    lmtp = any(not it.takes_packets for it in listeners)
    if lmtp:
        paths.check(homes)
    return Plan(
        credentials=credentials,
        processes=credentials is not None and options.users is not None,
        recipients=Recipients(users, paths, options.recipient_delimiter, name),
        name=name,
        limits=_limits(options),
        workers=_workers(options) if lmtp else 0,
        lowest=options.lowest_uid,
        log=log,
        seconds=options.deadline,
        process_limits=_process_limits(options),
        resources=_resources(options),
        deliver=deliver,
        listeners=listeners,
        metrics=metrics_listener(options.metrics) if options.metrics else None,
    )


def _listeners(
    options: Options, environ: MutableMapping[str, str], log: ServerLog
) -> list[Listener]:
    """Those for LMTP, and those for the native hook."""
    hooks = hook_listeners(options.hand_over, options.users == "system", environ, log.info)
    for_lmtp = listeners_of(
        *(options.listen, options.mode, options.owner, options.group),
        example="" if hooks else "/run/maildrop-py/lmtp",
        xforward=options.xforward,
    )
    return [*for_lmtp, *hooks]


def _process_limits(options: Options) -> ProcessLimits:
    return ProcessLimits(
        processes=options.processes, queue=options.queue, idle_seconds=options.process_idle
    )


def _resources(options: Options) -> ResourceLimits:
    return ResourceLimits(
        memory=options.process_memory * MIB,
        processor=options.process_cpu,
        processes=options.process_count,
    )


def _may_serve_hooks_alone(options: Options, environ: Mapping[str, str]) -> bool:
    """Whether the native hook may be the only client: its users have Maildirs of their own."""
    return not options.listen and bool(options.hand_over or environ.get("LISTEN_FDS"))


def _workers(options: Options) -> int:
    return options.workers or len(os.sched_getaffinity(0))


def _limits(options: Options) -> Limits:
    return Limits(
        message=options.message_size * MIB,
        recipients=options.recipients,
        sessions=options.sessions,
        sessions_of_uid=options.sessions_per_uid or max(1, options.sessions * 3 // 4),
        greeting_seconds=options.greeting_time,
        command_seconds=options.idle,
    )


def _mailbox_paths(
    options: Options, homes: bool, environ: MutableMapping[str, str]
) -> MailboxPaths:
    """Each user's own files below the home, or, without homes, below the server's."""
    servers = _server_paths(options, environ)
    state = environ.get("STATE_DIRECTORY") or servers.state
    cache = environ.get("CACHE_DIRECTORY") or servers.cache
    if homes:
        own = UserPaths.below("{home}")
        defaults = own.maildir, own.rules, own.state, own.cache
    else:
        defaults = "", SHARED_RULES, f"{state}/users/{{domain}}/{{user}}", cache
    maildir = options.maildir or defaults[0]
    if not maildir:
        raise UsageError("nowhere to deliver: use --maildir, --home or --users")
    state = options.state or defaults[2]
    log = options.log or delivery_log(state)
    return MailboxPaths(
        maildir=_template("--maildir", maildir),
        rules=_template("--rules", options.rules or defaults[1]),
        state=_template("--state", state),
        cache=PathTemplate(defaults[3]),
        log=None if log == "none" else _template("--log", log),
        default_rules=options.default_rules or "",
        maildir_given=options.maildir is not None,
        create=options.create or options.users is not None,
    )


def _template(option: str, text: str) -> PathTemplate:
    try:
        return PathTemplate(text)
    except UsageError as error:
        raise UsageError(f"{option} {error}") from error


def _server_paths(options: Options, environ: MutableMapping[str, str]) -> UserPaths:
    """Those of the account that delivers: root's own are no place for another user's files."""
    if os.geteuid() == 0 and options.user and not options.users:
        return UserPaths.below(pwd.getpwnam(options.user).pw_dir)
    return UserPaths(environ)


def _users(
    options: Options, paths: MailboxPaths, log: ServerLog, credentials: Credentials | None
) -> UserDatabase:
    """Who gets mail; never the account of the workers, where others deliver."""
    users = _all_users(options, paths, log)
    if options.users and options.users != "system":
        check_users_file(options.users, credentials)
    if credentials is not None and options.users:
        return WithoutAccount(users, frozenset((credentials.uid, NOBODY)))
    return users


def _all_users(options: Options, paths: MailboxPaths, log: ServerLog) -> UserDatabase:
    home = _template("--home", options.home) if options.home else None
    if options.users == "system":
        return SystemAccounts(options.lowest_uid)
    if options.users:
        return PasswordFile(options.users, log.warning)
    if options.create:
        return AnyUser(home, paths.maildir, options.recipient_delimiter)
    return MaildirUsers(paths.maildir, home)


def _credentials(options: Options) -> Credentials | None:
    """Those of the workers; None for our own."""
    if os.geteuid() != 0:
        if options.user and options.user != pwd.getpwuid(os.geteuid()).pw_name:
            raise UsageError(f"only root can serve as --user {options.user}")
        return None
    if options.user:
        return credentials_named(options.user)
    if not options.users:
        raise UsageError("mail is never delivered as root: use --user, or --users system")
    try:
        pwd.getpwnam(WORKERS_ACCOUNT)
    except KeyError:
        return unused_credentials()
    return credentials_named(WORKERS_ACCOUNT)
