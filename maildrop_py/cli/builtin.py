"""builtin: the rule files that ship, for those who have no documents at hand."""

from __future__ import annotations

import click

from maildrop_py.cli.completion import complete_builtin
from maildrop_py.report.tables import Column, table
from maildrop_py.rules.language.library import BUILTIN, builtin_names, builtin_path, first_sentence
from maildrop_py.translation import text

BELOW = ("", "policies/")


@click.group()
def builtin() -> None:
    """The rule files that ship, for `include: builtin:NAME`."""


@builtin.command("list")
def list_() -> None:
    """List the files, with what each does."""
    rows = [(f"{BUILTIN}{name}", text(first_sentence(name))) for name in _names()]
    click.echo("\n".join(table((Column("include"), Column("does", order=1)), rows)))


@builtin.command()
@click.argument("name", shell_complete=complete_builtin)
def show(name: str) -> None:
    """Print the rule file NAME."""
    name = name.removeprefix(BUILTIN)
    if name not in _names():
        raise click.ClickException(
            text("there is no {name}; `maildrop-py builtin list` shows all", name=BUILTIN + name)
        )
    with open(builtin_path(name), encoding="utf-8") as file:
        click.echo(file.read(), nl=False)


def _names() -> list[str]:
    return [f"{below}{name}" for below in BELOW for name in builtin_names(below)]
