"""What `schema` prints: it fits what commands print, and says what is wrong where it is."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from maildrop_py.report.json_schemas import SCHEMAS, schema_of
from tests.support.cli_mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return Mailbox(tmp_path, monkeypatch)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_with_a_version(name: str) -> None:
    printed = json.loads(CliRunner().invoke(app, ["schema", name]).output)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert ", version " in printed["title"]


def fits(name: str, result: Result) -> int:
    """How many lines there are; each must fit the schema, with no field that it lacks."""
    schema = schema_of(name)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
        branch = schema
        if "if" in schema:
            holds = jsonschema.Draft202012Validator(schema["if"]).is_valid(line)
            branch = schema["then" if holds else "else"]
        assert set(line) <= set(branch["properties"])
    return len(lines)


def test_what_commands_print_fits(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.fill()
    maildir = mailbox.home / "Maildir"
    other = tmp_path / "other.yaml"
    other.write_text("rules: [{then: {file: Elsewhere}}]\n")
    assert fits("dry-run", mailbox.run("dry-run", "--json", maildir))
    assert fits("dry-run", mailbox.run("dry-run", "--json", "--against", other, maildir))
    assert fits("refile", mailbox.run("refile", "--dry-run", "--json"))
    assert fits("refile", mailbox.run("refile", "--json"))
    assert fits("undo", mailbox.run("undo", "--list", "--json"))
    assert fits("undo", mailbox.run("undo", "--json"))
    assert fits("why", mailbox.run("why", "--json", "e"))
    assert fits("doctor", mailbox.run("doctor", "--json", "--offline"))
    stats = json.loads(mailbox.run("stats", "--json").stdout)
    jsonschema.validate(stats, schema_of("stats"))
    assert {*stats, "before", "policy", "learning"} == set(schema_of("stats")["properties"])


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("rules: [{when: {subjekt: x}, then: {file: A}}]", ["rules", 0, "when"], "'subjekt'"),
        ("rules: [{when: {subject: {glob: {a: b}}}, then: {file: A}}]", None, "{'a': 'b'}"),
        ("rules: [{then: {file: A, flags: ['%']}}]", ["rules", 0, "then", "flags", 0], "'%'"),
        ("rules: [{then: {fil: A}}]", ["rules", 0, "then"], "'fil'"),
        ("rules: [{include: [a], then: {}}]", ["rules", 0], "'then'"),
        ("rules: [{name: x}]", ["rules", 0], "'then' is a required property"),
        ("rules: [{when: {size: {}}, then: {file: A}}]", None, "{} is not of type"),
        ("layout: maildir", ["layout"], "'maildir' is not one of"),
    ],
)
def test_a_mistake_is_reported_where_it_is(text: str, path: list[object] | None, said: str) -> None:
    validator = jsonschema.Draft202012Validator(schema_of("rules"))
    errors = list(validator.iter_errors(yaml.safe_load(text)))
    assert errors
    assert any(said in error.message for error in errors), [error.message for error in errors]
    assert not any("any of the given schemas" in error.message for error in errors)
    if path is not None:
        assert path in [list(error.absolute_path) for error in errors]
