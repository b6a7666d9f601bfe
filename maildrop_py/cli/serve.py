"""serve: `maildrop-py serve`: its options, and the limits that they set."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click

from maildrop_py.cli.completion import a_path
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
@_option("--listen", type=a_path, multiple=True, metavar=LISTEN, help="Where mail servers connect.")
@_option("--mode", default="0660", help="Permissions of the Unix socket.")
@_option("--owner", metavar="USER", help="Owner of the Unix socket.")
@_option("--group", metavar="GROUP", help="Group of the Unix socket.")
@_option(
    "--hand-over",
    type=a_path,
    metavar="PATH",
    help='Socket of maildrop-py-deliver; "none" for none.',
)
@_option("--xforward", is_flag=True, help="Believe XFORWARD from TCP clients too.")
@_option(
    "--users", type=a_path, metavar="FILE|system", help="A password file, or the system's accounts."
)
@_option("--user", metavar="USER", help="If root starts it: the account of the workers.")
@_option("--lowest-uid", default=1000, help="Users with a lower uid or gid get no mail.")
@_option("--maildir", type=a_path, metavar="TEMPLATE", help="As /var/vmail/{domain}/{user}.")
@_option("--home", type=a_path, metavar="TEMPLATE", help="Users' homes: {home} in other templates.")
@_option("--rules", type=a_path, metavar="TEMPLATE", help="The rules file of each user, or of all.")
@_option(
    "--default-rules", type=a_path, metavar="FILE", help="Rules of users who have no rules file."
)
@_option("--state", type=a_path, metavar="TEMPLATE", help="Where the data of each user are kept.")
@_option("--log", type=a_path, metavar="TEMPLATE", help='The delivery log, "none" for no log.')
@_option("--log-to", default="auto", type=click.Choice(PLACES), help="Where the server logs.")
@_option("--create", is_flag=True, help="Make a Maildir for each user who gets mail.")
@_option("--recipient-delimiter", default="+", help="Characters that end the user's name.")
@_option("--name", help="The server's name in its greeting.")
@_option("--workers", type=AT_LEAST_ONE, help="Number [one for each processor].")
@_option("--sessions", default=200, type=AT_LEAST_ONE, help="Most in a worker; see above.")
@_option("--sessions-per-uid", type=AT_LEAST_ONE, help="Most of one local user [3/4].")
@_option("--recipients", default=1000, type=click.IntRange(100), help="Most for one message.")
@_option("--message-size", default=100, type=click.IntRange(0), help="Most MiB; 0: no limit.")
@_option("--greeting-time", default=30.0, type=SECONDS, help="Seconds for the first command.")
@_option("--idle", default=300.0, type=SECONDS, help="Most seconds between commands.")
@_option(
    "--deadline", default=MESSAGE_TIME, type=SECONDS, help="Most seconds to deliver a message."
)
@_option("--queue", default=64, type=AT_LEAST_ONE, help="Most messages of a user in a worker.")
@_option(
    "--processes", default=64, type=AT_LEAST_ONE, help="Most recipients' processes in a worker."
)
@_option(
    "--process-idle", default=60.0, type=SECONDS, help="It ends after so many seconds without mail."
)
@_option(
    "--process-memory", default=1024, type=click.IntRange(0), help="Most MiB of one; 0: no limit."
)
@_option(
    "--process-cpu", default=900, type=click.IntRange(0), help="Most seconds of one; 0: no limit."
)
@_option(
    "--process-count", default=512, type=click.IntRange(0), help="Most of one uid; 0: no limit."
)
@_option("--metrics", type=a_path, metavar=LISTEN, help="Tell live figures there (OpenMetrics).")
def serve(**given: Any) -> None:
    """Accept mail over LMTP, and deliver it by the rules of each recipient.

    Postfix, Exim and OpenSMTPD can send mail to a server by LMTP (RFC 2033). Users
    are those who have a Maildir, or those in a password file (the fields are those of
    passwd(5), and the first may be user@domain), or the accounts of the system. A
    TEMPLATE may contain {user}, {domain}, {extension} and {home}. After SIGHUP, users
    and rules are read again. After SIGTERM, the messages that have begun are finished.

    No user can have all sessions: root, the owner of the Unix socket and TCP clients may
    have --sessions in each worker and then wait; another user may have --sessions-per-uid
    and is then refused; an eighth more than --sessions is kept for whoever has few.

    A limit affects only the user or client who reaches it. The server's log then
    names the user or uid. The options --queue and --process... work only if root
    starts the server with --users: then each recipient has a process that delivers,
    and these are its hard limits."""
    try:
        run(
            plan_of(Options(**given), os.environ, partial(deliver, memory={})),
            ServiceManager(os.environ),
        )
    except (MaildropError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0)
