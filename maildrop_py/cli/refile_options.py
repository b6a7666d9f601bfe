"""refile_options: the options of `refile`, and those it shares with `watch`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

import click

from maildrop_py.cli.completion import complete_folders
from maildrop_py.cli.log_option import log_option
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.errors import UsageError
from maildrop_py.maildir.folder_listing import folders_of
from maildrop_py.maildir.maildir import Maildir, maildir_at
from maildrop_py.paths import UserPaths
from maildrop_py.refile.doveadm import Doveadm
from maildrop_py.refile.options import DELETE, KEEP, TRASH, RefileOptions
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.matching.comparison import AGES
from maildrop_py.rules.matching.text import glob_fits
from maildrop_py.translation import text as said

F = TypeVar("F", bound=Callable[..., Any])


class Age(click.ParamType[float]):
    """A time such as `30d` or `2w`, as seconds; units as in rules."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = str(value).rstrip("abcdefghijklmnopqrstuvwxyz")
        try:
            return float(number) * AGES[str(value)[len(number) :]]
        except (ValueError, KeyError):
            units = ", ".join(AGES)
            self.fail(
                said(
                    "{value!r} is not an age: write a number and one of {units}",
                    value=value,
                    units=units,
                ),
                param,
                ctx,
            )


@dataclass(frozen=True)
class Common:
    """The options that `refile` and `watch` have in common."""

    rules: str | None
    folders: tuple[str, ...]
    all_folders: bool
    discard: str
    trash: str
    allow: tuple[str, ...]
    offline: bool
    doveadm: bool
    doveadm_command: str | None
    doveadm_user: str | None
    log: str | None

    @property
    def for_refiling(self) -> RefileOptions:
        doveadm = None
        if self.doveadm or self.doveadm_command:
            command = shlex.split(self.doveadm_command or "doveadm")
            doveadm = Doveadm(tuple(command), self.doveadm_user)
        return RefileOptions(self.discard, self.trash, self.allow, doveadm=doveadm)


def common_options(command: F) -> F:
    """The options that make a Common."""
    for option in reversed(_COMMON):
        command = option(command)
    return command


_COMMON: list[Callable[[Any], Any]] = [
    rules_option,
    click.option(
        "--folder",
        "folders",
        multiple=True,
        shell_complete=complete_folders,
        help="Folders to look into, globs [INBOX].",
    ),
    click.option("--all-folders", is_flag=True, help="All folders."),
    click.option(
        "--discard",
        type=click.Choice([TRASH, DELETE, KEEP]),
        default=TRASH,
        show_default=True,
        help="What to do with messages that rules discard.",
    ),
    click.option(
        "--trash", default="Trash", show_default=True, help="The folder for discarded mail."
    ),
    click.option(
        "--allow",
        multiple=True,
        type=click.Choice(["forward", "pipe", "reject"]),
        help="Do these actions too, as on arrival; otherwise they are skipped.",
    ),
    click.option("--offline", is_flag=True, help="Ask no DNS server."),
    click.option(
        "--doveadm",
        is_flag=True,
        help="Let Dovecot move the messages: best for open sessions, but slower.",
    ),
    click.option(
        "--doveadm-command", metavar="COMMAND", help="How to run it [doveadm]; implies --doveadm."
    ),
    click.option("--doveadm-user", metavar="NAME", help="Dovecot's name for the user."),
    log_option,
]


def check_folders(roots: Iterable[str], wanted: tuple[str, ...], settings: Settings) -> None:
    """Raises UsageError for a folder in `wanted` that none of the Maildirs has.

    A glob may match nothing: what it is for may come later.
    """
    if not wanted:
        return
    maildirs = [maildir_at(root, settings) for root in roots]
    names = [it.name for maildir in maildirs for it in folders_of(maildir, _no_report)]
    for glob in wanted if maildirs else ():
        is_glob = bool(set("*?") & set(glob))
        if not is_glob and not any(glob == name or glob_fits(glob, name) for name in names):
            near = get_close_matches(glob, names, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(said("--folder {glob}: there is no such folder", glob=glob) + hint)


def _no_report(path: str, why: str) -> None:
    """What cannot be listed is reported when it is read."""


def maildir_of(named: str | None, settings: Settings, paths: UserPaths) -> Maildir:
    """The Maildir named, or that of the rules file, by its real path; raises UsageError."""
    root = named if named is not None else paths.named_maildir(settings.maildir)
    maildir = maildir_at(os.path.realpath(root), settings)
    if not os.path.isdir(f"{maildir.root}/cur"):
        raise UsageError(_why_not(maildir.root))
    return maildir


def _why_not(root: str) -> str:
    """Why there is no Maildir at `root`, and what helps."""
    if os.path.lexists(root):
        return f"{root}: is not a Maildir, it has no cur/"
    return f"{root}: does not exist; `maildrop-py init --maildir {root}` makes a Maildir"
