"""rules_option: the option of every command that goes by rules."""

from __future__ import annotations

import click

rules_option = click.option(
    "--rules",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="The rules file [~/.config/maildrop-py/rules.yaml].",
)
