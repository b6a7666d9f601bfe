"""schema: JSON Schemas of the rule language, of the log, and of what commands print."""

from __future__ import annotations

import json

import click

from maildrop_py.policy.schema import policy_schema
from maildrop_py.report.json_schemas import SCHEMAS, schema_of


@click.command()
@click.argument("of", type=click.Choice([*SCHEMAS, "policy"]), default="rules")
def schema(of: str) -> None:
    """Print a JSON Schema: of rules and policy files (for editors), of the delivery log, or
    of what a command prints with --json.

    An editor with a YAML language server completes and checks rules with it:
    put `# yaml-language-server: $schema=rules.schema.json` on top of the file, as
    `maildrop-py init` does.
    """
    found = policy_schema() if of == "policy" else schema_of(of)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
