"""schema: the JSON Schema of the rule language, for editors."""

from __future__ import annotations

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of rules files.

    An editor with a YAML language server completes and checks rules with it:
    put `# yaml-language-server: $schema=rules.schema.json` on top of the file.
    """
    from maildrop_py.rules.language.schema import schema as make

    click.echo(json.dumps(make(), indent=2, ensure_ascii=False))
