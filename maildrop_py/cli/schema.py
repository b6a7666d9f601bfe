"""schema: JSON Schemas of the rule language, of the log, and of what commands print."""

from __future__ import annotations

import json

import click

from maildrop_py.report.json_schemas import SCHEMAS, schema_of


@click.command()
@click.argument("of", type=click.Choice([*SCHEMAS]), default="rules")
def schema(of: str) -> None:
    """Print a JSON Schema: of rules files (for editors), of the delivery log, or of what a
    command prints with --json.

    An editor with a YAML language server completes and checks rules with it:
    put `# yaml-language-server: $schema=rules.schema.json` on top of the file, as
    `maildrop-py init` does.
    """
    click.echo(json.dumps(schema_of(of), indent=2, ensure_ascii=False))
