"""serve: `maildrop-py serve`, as one types it."""

from __future__ import annotations

import os
import pwd
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maildrop_py.cli.listening import listeners_of
from maildrop_py.errors import MaildropError, UsageError
from maildrop_py.lmtp.processes.privileges import Credentials, credentials_named
from maildrop_py.lmtp.server.listeners import Listener
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.paths import SHARED_RULES, UserPaths, delivery_log
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.recipients import MailboxPaths, Recipients
from maildrop_py.serve.service import Plan, run
from maildrop_py.serve.user_database import AnyUser, MaildirUsers, PasswordFile, SystemAccounts
from maildrop_py.systemd import ServiceManager

if TYPE_CHECKING:
    from maildrop_py.serve.user_database import UserDatabase

F = TypeVar("F", bound=Callable[..., Any])

MIB = 1024 * 1024


@dataclass(frozen=True)
class Options:
    """What was typed."""

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
    create: bool
    recipient_delimiter: str
    name: str | None
    workers: int | None
    sessions: int
    recipients: int
    message_size: int
    idle: float


def _option(*names: str, **more: Any) -> Callable[[F], F]:
    return click.option(*names, show_default=True, **more)


@click.command()
@_option("--listen", multiple=True, metavar="PATH|ADDRESS:PORT", help="Where clients connect.")
@_option("--mode", default="0660", help="Permissions of the Unix socket.")
@_option("--owner", metavar="USER", help="Owner of the Unix socket.")
@_option("--group", metavar="GROUP", help="Group of the Unix socket.")
@_option("--xforward", is_flag=True, help="Believe XFORWARD on TCP too, not only on the socket.")
@_option("--users", metavar="FILE|system", help="A password file, or the system's accounts.")
@_option("--user", metavar="USER", help="Started as root: who the workers are.")
@_option("--lowest-uid", default=1000, help="No mail for users with a lower uid or gid.")
@_option("--maildir", metavar="TEMPLATE", help="Such as /var/vmail/{domain}/{user}.")
@_option("--home", metavar="TEMPLATE", help="Users' homes, {home} in other templates.")
@_option("--rules", metavar="TEMPLATE", help="A rules file for each user, or for all.")
@_option("--default-rules", metavar="FILE", help="For users who have no rules file.")
@_option("--state", metavar="TEMPLATE", help="Where what is learnt for a user is kept.")
@_option("--log", metavar="TEMPLATE", help='Delivery log, "none" for none.')
@_option("--create", is_flag=True, help="Make the Maildir of whomever mail comes for.")
@_option("--recipient-delimiter", default="+", help="Any of these ends the user's name.")
@_option("--name", help="What the server calls itself.")
@_option("--workers", type=click.IntRange(1), help="Processes; as many as processors.")
@_option("--sessions", default=200, type=click.IntRange(1), help="At most, in a process.")
@_option("--recipients", default=1000, type=click.IntRange(100), help="At most, a message.")
@_option("--message-size", default=100, type=click.IntRange(0), help="At most, MiB; 0: any.")
@_option("--idle", default=300.0, type=click.FloatRange(1), help="Seconds to wait for a command.")
def serve(**given: Any) -> None:
    """Take mail in over LMTP and deliver it by each recipient's rules.

    LMTP (RFC 2033) is how Postfix, Exim and OpenSMTPD hand mail to a server of
    their own. Templates may hold {user}, {domain}, {extension} and {home}. Users
    are those who have a Maildir, those in a password file (fields as in
    passwd(5), user or user@domain first), or the system's. SIGHUP reads users
    and rules anew, SIGTERM ends after what is begun."""
    try:
        manager = ServiceManager(os.environ)
        run(_plan(Options(**given)), manager, lambda text: click.echo(text, err=True))
    except (MaildropError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0)


def _plan(options: Options) -> Plan:
    credentials = _credentials(options)
    homes = bool(options.users or options.home)
    layout = _layout(options, homes)
    layout.check(homes)
    name = options.name or socket.getfqdn()
    recipients = Recipients(_users(options, layout), layout, options.recipient_delimiter, name)
    limits = Limits(
        message=options.message_size * MIB,
        recipients=options.recipients,
        sessions=options.sessions,
        command_seconds=options.idle,
    )
    return Plan(
        credentials=credentials,
        processes=os.geteuid() == 0 and options.users is not None,
        listeners=_listeners(options),
        recipients=recipients,
        name=name,
        limits=limits,
        workers=options.workers or len(os.sched_getaffinity(0)),
        lowest=options.lowest_uid,
    )


def _layout(options: Options, homes: bool) -> MailboxPaths:
    """Each user's own places below his home, or, without homes, below the server's."""
    places = _places(options)
    below = "{domain}/{user}"
    state = os.environ.get("STATE_DIRECTORY") or places.state
    cache = os.environ.get("CACHE_DIRECTORY") or places.cache
    if homes:
        own = UserPaths.below("{home}")
        defaults = own.maildir, own.rules, own.state, own.cache
    else:
        defaults = "", SHARED_RULES, f"{state}/users/{below}", cache
    maildir = options.maildir or defaults[0]
    if not maildir:
        raise UsageError("nowhere to deliver: use --maildir, --home or --users")
    state = options.state or defaults[2]
    log = options.log or delivery_log(state)
    return MailboxPaths(
        maildir=PathTemplate(maildir),
        rules=PathTemplate(options.rules or defaults[1]),
        state=PathTemplate(state),
        cache=PathTemplate(defaults[3]),
        log=None if log == "none" else PathTemplate(log),
        default_rules=options.default_rules or "",
        maildir_given=options.maildir is not None,
        create=options.create or options.users is not None,
    )


def _places(options: Options) -> UserPaths:
    """Those of whoever delivers: what root may write is no place for another user's files."""
    if os.geteuid() == 0 and options.user and not options.users:
        return UserPaths.below(pwd.getpwnam(options.user).pw_dir)
    return UserPaths(os.environ)


def _users(options: Options, layout: MailboxPaths) -> UserDatabase:
    home = PathTemplate(options.home) if options.home else None
    if options.users == "system":
        return SystemAccounts(options.lowest_uid)
    if options.users:
        return PasswordFile(options.users, lambda text: click.echo(text, err=True))
    return AnyUser(home) if options.create else MaildirUsers(layout.maildir, home)


def _credentials(options: Options) -> Credentials | None:
    """Who the workers are to be; None for who we are."""
    if os.geteuid() != 0:
        if options.user and options.user != pwd.getpwuid(os.geteuid()).pw_name:
            raise UsageError(f"only root can serve as {options.user}")
        return None
    if not options.user and not options.users:
        raise UsageError("mail is never delivered as root: use --user, or --users system")
    return credentials_named(options.user or "nobody")


def _listeners(options: Options) -> list[Listener]:
    example = "/run/maildrop-py/lmtp"
    told = options.mode, options.owner, options.group
    return listeners_of(options.listen, *told, example, options.xforward)
