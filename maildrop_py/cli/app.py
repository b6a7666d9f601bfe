"""app: the commands for people, through click; each lives in the file of its name."""

from __future__ import annotations

from importlib import import_module

import click

from maildrop_py import __version__

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
    "check": "check:check",
    "schema": "schema:schema",
    "init": "init:init",
    "stats": "stats:stats",
    "why": "why:why",
}


class Commands(click.Group):
    """Loads a command's module when that command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"maildrop_py.cli.{module}"), attribute)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="maildrop-py")
def app() -> None:
    """A local mail delivery agent: YAML rules, Maildir, no mail lost, and one can see why."""
