"""app: the commands for people, through click; each lives in the file of its name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from maildrop_py import __version__
from maildrop_py.errors import MaildropError
from maildrop_py.paths import PROGRAM
from maildrop_py.report.help_texts import in_language
from maildrop_py.translation import text

COMMANDS = {
    # name: module of maildrop_py.cli, attribute
    "deliver": "deliver_help:deliver",
    "dry-run": "dry_run:dry_run",
    "refile": "refile:refile",
    "watch": "watch:watch",
    "undo": "undo:undo",
    "serve": "serve:serve",
    "policy": "policy:policy",
    "country": "country:country",
    "contacts": "contacts:contacts",
    "learn": "learn:learn",
    "survey": "survey:survey",
    "check": "check:check",
    "builtin": "builtin:builtin",
    "convert": "convert:convert",
    "schema": "schema:schema",
    "init": "init:init",
    "doctor": "doctor:doctor",
    "stats": "stats:stats",
    "top": "top:top",
    "why": "why:why",
    "help": "help:help_",
}


class LazyGroup(click.Group):
    """Loads a command's module when that command is run: `modules` has both by its name."""

    modules: Mapping[str, str]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        module, _, attribute = self.modules[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"maildrop_py.cli.{module}"), attribute)
        return in_language(command)


class Commands(LazyGroup):
    """All commands. What this program raises on purpose is said in one line, with status 1."""

    modules = COMMANDS

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MaildropError as error:
            raise click.ClickException(str(error)) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0].lower(), COMMANDS, 1, 0.5)
            hint = text("See `{program} help`.", program=PROGRAM)
            if near:
                hint = text("Did you mean {name!r}?", name=near[0])
            ctx.fail(text("There is no command {name!r}. {hint}", name=args[0], hint=hint))
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name=PROGRAM)
def app() -> None:
    """A local mail delivery agent: YAML rules, Maildir, no mail lost, and one can see why."""
