"""policy: `maildrop-py policy`: what is asked before the mail comes, served and tried."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import MappingProxyType

import click

from maildrop_py.cli.app import LazyGroup
from maildrop_py.cli.completion import a_path
from maildrop_py.errors import MaildropError
from maildrop_py.paths import SHARED_POLICY
from maildrop_py.policy.setting_of_options import USER, served_setting, setting_of
from maildrop_py.rule_error import RuleError
from maildrop_py.systemd import ServiceManager


class Commands(LazyGroup):
    """What tries a policy."""

    modules = MappingProxyType({it: f"policy_tools:{it}" for it in ("check", "explain", "why")})


@click.group(cls=Commands, invoke_without_command=True)
@click.option(
    *("--policy", "path"),
    type=a_path,
    default=SHARED_POLICY,
    metavar="FILE",
    show_default=True,
    help="The policy file.",
)
@click.option(
    "--listen",
    type=a_path,
    multiple=True,
    metavar="PATH|ADDRESS:PORT",
    help="Where mail servers connect.",
)
@click.option("--mode", default="0660", show_default=True, help="Permissions of the socket.")
@click.option("--owner", metavar="USER", help="Owner of the socket.")
@click.option("--group", metavar="GROUP", help="Group of the socket.")
@click.option("--user", metavar="USER", help=f"If root starts it: its account [{USER}].")
@click.option("--state", type=a_path, metavar="DIRECTORY", help="Where the server keeps its data.")
@click.option("--log", type=a_path, metavar="FILE", help='The decision log, "none" for no log.')
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Number.")
@click.option(
    "--metrics", type=a_path, metavar="PATH|ADDRESS:PORT", help="Tell live figures (OpenMetrics)."
)
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option("--opensmtpd", is_flag=True, help="Run as a filter program of OpenSMTPD.")
@click.option(
    "--dry-run",
    type=a_path,
    metavar="POLICY",
    help="Try a policy file on a past log: --log, --maillog.",
)
@click.option(
    "--maillog", type=a_path, multiple=True, metavar="FILE", help="A log of Postfix, for --dry-run."
)
@click.option("--json", "as_json", is_flag=True, help="Print the dry run as one JSON object.")
@click.pass_context
def policy(context: click.Context, /, **options: object) -> None:
    """Tell a mail server whether to accept a message, before the message is sent to it.

    The rules of the policy file decide: pass, greylist, tarpit, defer or reject. Postfix
    asks by its policy protocol (check_policy_service), over a Unix socket or a loopback
    address. Exim asks the same way, by readsocket. For OpenSMTPD, use --opensmtpd: then
    this is a filter program, which reads standard input. The policy file is read again
    when it changes, and on SIGHUP.

    With --dry-run, nothing is served. It prints what a policy file would have decided
    about the recipients that a log names.
    """
    context.obj = options
    if context.invoked_subcommand is not None:
        return
    try:
        _run(options)
    except BrokenPipeError:
        raise  # whoever reads has seen enough
    except (MaildropError, OSError) as error:
        if isinstance(error, RuleError):
            for problem in error.problems:
                _say(str(problem))
        raise click.ClickException(_in_a_line(error)) from error
    sys.exit(0)


def _run(options: dict[str, object]) -> None:
    if options["dry_run"]:
        from maildrop_py.cli.policy_tools import dry_run

        dry_run(str(options["dry_run"]), options)
    elif options["opensmtpd"]:
        from maildrop_py.policy.opensmtpd import serve

        serve(setting_of(options, os.environ), sys.stdin.buffer, sys.stdout.buffer, _say)
    else:
        from maildrop_py.policy.service import run

        run(served_setting(options, os.environ), ServiceManager(os.environ), _say)


def _in_a_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error).partition("\n")[0]


def _say(line: str) -> None:
    with suppress(OSError):  # a full disk, or a terminal that has gone: service goes on
        click.echo(line, err=True)
