"""refile_options: the options of `refile`, and those it shares with `watch`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from maildrop_py.cli.completion import complete_folders
from maildrop_py.cli.log_option import log_option
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.refile.doveadm import doveadm_of
from maildrop_py.refile.options import DELETE, KEEP, TRASH, RefileOptions
from maildrop_py.rules.language.duration import parse_age

F = TypeVar("F", bound=Callable[..., Any])


class Age(click.ParamType[float]):
    """A time such as `30d` or `2w`, as seconds; units as in rules."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


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
        doveadm = doveadm_of(self.doveadm, self.doveadm_command, self.doveadm_user)
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
