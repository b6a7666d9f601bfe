"""The JSON Schema accepts what the reader accepts, and shows an editor what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.actions import ACTIONS
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.language.library import builtin_path
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.language.schema import schema
from maildrop_py.rules.language.settings_reader import SETTINGS
from tests.support.schema_texts import RIGHT, WRONG

SHIPPED = sorted(Path(builtin_path("")).glob("*.yaml"))
VALIDATOR = Draft202012Validator(schema())


def _texts(documents: str) -> list[str]:
    return documents.strip().split("\n---\n")


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_reference_in_it_leads_somewhere() -> None:
    made = schema()
    wanted = set(re.findall(r"#/\$defs/(\w+)", str(made)))
    assert wanted <= set(made["$defs"])


def test_it_knows_every_condition_action_and_setting_and_says_what_it_is() -> None:
    made = schema()
    conditions = made["$defs"]["when"]["properties"]
    actions = made["$defs"]["then"]["properties"]
    assert set(conditions) == {*CONDITIONS, "total"}
    assert set(actions) == {*ACTIONS, "continue", "otherwise"}
    assert {*SETTINGS, "include", "rules", "examples"} == set(made["properties"])
    assert all(conditions[name]["description"] for name in CONDITIONS)
    assert all(actions[name]["description"] for name in ACTIONS)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rule_files_are_valid(path: Path) -> None:
    assert _errors(path.read_text()) == []


@pytest.mark.parametrize("text", _texts(RIGHT))
def test_what_the_reader_takes_is_valid(text: str) -> None:
    load_text(text)
    assert _errors(text) == []


@pytest.mark.parametrize("text", _texts(WRONG))
def test_what_is_wrong_is_not_valid_and_not_read(text: str) -> None:
    assert _errors(text) != []
    with pytest.raises(RuleError):
        load_text(text)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("rules: [{when: {subject: {matches: a}}, then: {file: A}}]", "when/subject", "'matches'"),
        ("rules: [{when: {from: {fle: a}}, then: {file: A}}]", "when/from", "'fle'"),
        ("rules: [{when: {any: [{sizee: 3}]}, then: {file: A}}]", "when/any/0", "'sizee'"),
        ("rules: [{when: {dnsbl: {zon: a}}, then: {file: A}}]", "when/dnsbl", "'zone'"),
        ("rules: [{when: {spf: [pass, fial]}, then: {file: A}}]", "when/spf/1", "'fial'"),
        ("rules: [{when: {size: [1]}, then: {file: A}}]", "when/size", "type 'number', 'string'"),
        ("rules: [{when: {command: {run: x, yes_on: 300}}, then: {file: A}}]",
         "when/command/yes_on", "maximum of 255"),
        ("rules: [{then: {file: A, flags: [seen, 'a b']}}]", "then/flags/1", "'a b'"),
        ("rules: [{then: {file: A, discard: true}}]", "then/discard", "not be valid"),
        ("rules: [{then: {discard: true, continue: true}}]", "then/continue", "False was expected"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_where_it_is(text: str, place: str, said: str) -> None:
    """And never as «not valid under any of the given schemas»."""
    found = {
        "/".join(map(str, error.absolute_path)): error.message
        for error in _all_errors(yaml.safe_load(text))
    }
    assert said in found.get(f"rules/0/{place}", ""), found


@pytest.mark.parametrize("text", _texts(WRONG))
def test_no_mistake_is_said_of_alternatives(text: str) -> None:
    assert not any("under any of" in message for message in _errors(text))


def _errors(text: str) -> list[str]:
    return [error.message for error in _all_errors(yaml.safe_load(text))]


def _all_errors(document: Any) -> Iterator[Any]:
    yield from VALIDATOR.iter_errors(document)
