"""serve: `maildrop-py serve`: its options, and the limits that they set."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from maildrop_py.cli.deliver import run as deliver
from maildrop_py.errors import MaildropError
from maildrop_py.paths import MESSAGE_TIME
from maildrop_py.serve.plan import Options, plan_of
from maildrop_py.serve.server_log import PLACES
from maildrop_py.serve.service import run
from maildrop_py.systemd import ServiceManager

F = TypeVar("F", bound=Callable[..., Any])


def _option(*names: str, **more: Any) -> Callable[[F], F]:
    return click.option(*names, show_default=True, **more)


AT_LEAST_ONE, SECONDS = click.IntRange(1), click.FloatRange(1)
LISTEN = "[unix:]PATH|ADDRESS:PORT"


@click.command()
@_option("--listen", multiple=True, metavar=LISTEN, help="Where clients connect.")
@_option("--mode", default="0660", help="Permissions of the Unix socket.")
@_option("--owner", metavar="USER", help="Owner of the Unix socket.")
@_option("--group", metavar="GROUP", help="Group of the Unix socket.")
@_option("--hand-over", metavar="PATH", help='Socket of maildrop-py-deliver; "none" for none.')
@_option("--xforward", is_flag=True, help="Believe XFORWARD on TCP too, not only on the socket.")
@_option("--users", metavar="FILE|system", help="A password file, or the system's accounts.")
@_option("--user", metavar="USER", help="Started as root: the account of the workers.")
@_option("--lowest-uid", default=1000, help="No mail for users with a lower uid or gid.")
@_option("--maildir", metavar="TEMPLATE", help="Such as /var/vmail/{domain}/{user}.")
@_option("--home", metavar="TEMPLATE", help="Users' homes, {home} in other templates.")
@_option("--rules", metavar="TEMPLATE", help="A rules file for each user, or for all.")
@_option("--default-rules", metavar="FILE", help="For users who have no rules file.")
@_option("--state", metavar="TEMPLATE", help="Where what is learnt for a user is kept.")
@_option("--log", metavar="TEMPLATE", help='Delivery log, "none" for none.')
@_option("--log-to", default="auto", type=click.Choice(PLACES), help="Messages of the server.")
@_option("--create", is_flag=True, help="Make the Maildir of every user that mail comes for.")
@_option("--recipient-delimiter", default="+", help="Any of these ends the user's name.")
@_option("--name", help="What the server calls itself.")
@_option("--workers", type=AT_LEAST_ONE, help="Processes; default: one for each processor.")
@_option("--sessions", default=200, type=AT_LEAST_ONE, help="Limit: in one worker.")
@_option("--sessions-per-uid", type=AT_LEAST_ONE, help="Limit: of a local user; default: 3/4.")
@_option("--recipients", default=1000, type=click.IntRange(100), help="Limit: of one message.")
@_option("--message-size", default=100, type=click.IntRange(0), help="Limit: MiB; 0: any.")
@_option("--greeting-time", default=30.0, type=SECONDS, help="Limit: s until the first command.")
@_option("--idle", default=300.0, type=SECONDS, help="Limit: seconds between commands.")
@_option("--deadline", default=MESSAGE_TIME, type=SECONDS, help="Limit: s to deliver a message.")
@_option("--queue", default=64, type=AT_LEAST_ONE, help="Limit: messages of a user in a worker.")
@_option("--processes", default=64, type=AT_LEAST_ONE, help="Limit: of recipients, in a worker.")
@_option("--process-idle", default=60.0, type=SECONDS, help="Limit: s without a message.")
@_option("--process-memory", default=1024, type=click.IntRange(0), help="Limit: MiB of each.")
@_option("--process-cpu", default=900, type=click.IntRange(0), help="Limit: s of each; 0: any.")
@_option("--process-count", default=512, type=click.IntRange(0), help="Limit: all of one uid.")
def serve(**given: Any) -> None:
    """Take mail in over LMTP and deliver it by each recipient's rules.

    LMTP (RFC 2033) is how Postfix, Exim and OpenSMTPD hand mail to a server of
    their own. Templates may hold {user}, {domain}, {extension} and {home}. Users
    are those who have a Maildir, those in a password file (fields as in
    passwd(5), user or user@domain first), or the system's. SIGHUP reads users
    and rules again, SIGTERM ends after the messages that have begun.

    A limit that is reached costs the user or client who reached it, and is
    written to the server's log with the name or uid. The options --queue and
    --process... matter only where the server was started as root with --users:
    then a process of each recipient delivers, with these hard limits."""
    try:
        run(plan_of(Options(**given), os.environ, deliver), ServiceManager(os.environ))
    except (MaildropError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0)
