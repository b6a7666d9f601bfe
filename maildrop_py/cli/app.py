"""app: the commands for people, through click."""

from __future__ import annotations

import click


@click.group()
def app() -> None:
    """A local mail delivery agent: YAML rules, Maildir, no mail lost."""
