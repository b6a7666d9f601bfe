"""dry-run: what the rules would do to messages, and why; nothing is touched."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click

from maildrop_py.cli.completion import a_path, complete_folders
from maildrop_py.cli.deliver_options import ENVELOPE, OPTIONS
from maildrop_py.cli.rules_file import program_of
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.intake.message_files import STANDARD_INPUT, is_maildir
from maildrop_py.intake.server_environment import envelope_of
from maildrop_py.maildir.maildir import maildir_at
from maildrop_py.message.envelope import Envelope
from maildrop_py.paths import UserPaths
from maildrop_py.refile.maildir_messages import ListedMaildirs, globs_of
from maildrop_py.refile.named_maildir import check_folders, maildir_of
from maildrop_py.refile.named_messages import NamedMessages
from maildrop_py.report.dry_run import DryRun
from maildrop_py.report.dry_run_output import print_changes, print_dry_run
from maildrop_py.report.page import put_page
from maildrop_py.report.progress import progress
from maildrop_py.report.standard_error import say, warn
from maildrop_py.rules.program.program import Program
from maildrop_py.translation import choose, language_of
from maildrop_py.translation import text as translated

F = TypeVar("F", bound=Callable[..., object])


def envelope_options(command: F) -> F:
    """Every option of `deliver` that is about the envelope, by the same names."""
    for name in reversed(ENVELOPE):
        short, text = OPTIONS[name]
        command = click.option(f"--{name}", *([short] if short else []), help=text)(command)
    return command


@click.command("dry-run")
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="[PATH]...")
@rules_option
@click.option(
    "--explain",
    is_flag=True,
    help="Every rule and condition, what it saw, how the message came, what is attached.",
)
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--list", "list_all", is_flag=True, help="The table, however long it is.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False),
    metavar="OTHER.yaml",
    help="Only what these other rules would do differently.",
)
@click.option(
    "--html", type=a_path, metavar="FILE", help="Write a page that shows it; - for standard output."
)
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option("--scan", is_flag=True, help="Ask the scanners that the rules file names.")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    shell_complete=complete_folders,
    help="Folders of a Maildir, globs [INBOX].",
)
@click.option("--all-folders", is_flag=True, help="All folders of a Maildir.")
@envelope_options
def dry_run(
    paths: tuple[str, ...],
    rules: str | None,
    explain: bool,
    as_lines: bool,
    list_all: bool,
    against: str | None,
    html: str | None,
    offline: bool,
    scan: bool,
    folders: tuple[str, ...],
    all_folders: bool,
    **given: str | None,
) -> None:
    """Show what would happen to messages, and change nothing.

    Each PATH is a message, a Maildir, a directory of messages, a mailbox file, or -
    for standard input. Without PATH it is standard input, or the Maildir of the
    rules file where standard input is a terminal.
    """
    if html is not None and as_lines:
        raise click.UsageError(translated("--html and --json are alternatives: give one"))
    program = program_of(rules)
    options = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    dry = partial(_dry_run_of, envelope=envelope_of(options, {}), offline=offline, scan=scan)
    paths = paths or _default(program)
    check_folders(filter(is_maildir, paths), folders, program.settings)
    walk = ListedMaildirs(program.settings, globs_of(folders, all_folders), say)
    messages = NamedMessages(paths, walk, progress, say)
    run, other = dry(program), dry(program_of(against)) if against is not None else None
    if html is not None:
        files = [rules or UserPaths(os.environ).rules, *([against] if against else [])]
        _write_page(html, [run, *([other] if other else [])], files, messages)
    elif other is not None:
        print_changes(run, other, messages, as_lines)
    else:
        print_dry_run(run, messages, as_lines=as_lines, explain=explain, list_all=list_all)


def _dry_run_of(program: Program, envelope: Envelope, offline: bool, scan: bool) -> DryRun:
    paths = UserPaths(os.environ)
    has = maildir_at(paths.named_maildir(program.settings.maildir), program.settings).has
    return DryRun(
        program, envelope, paths.state, offline=offline, scan=scan, warn=warn, folders=has
    )


def _default(program: Program) -> tuple[str]:
    if not sys.stdin.isatty():
        return (STANDARD_INPUT,)
    return (maildir_of(None, program.settings, UserPaths(os.environ)).root,)


def _write_page(target: str, runs: list[DryRun], files: list[str], messages: NamedMessages) -> None:
    from maildrop_py.report.dry_run_page.dry_run_page import page_of_runs

    language = language_of(os.environ)
    choose(language)

    put_page(target, page_of_runs(runs, files, messages, language))
