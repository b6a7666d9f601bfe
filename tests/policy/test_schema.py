"""The JSON Schema of policy files, for editors."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from maildrop_py.policy.schema import policy_schema
from maildrop_py.rules.language.library import builtin_path

FOLDER = Path(builtin_path("") + "policies")
SCHEMA = policy_schema()
TEXTS = [path.read_text() for path in sorted(FOLDER.glob("*.yaml"))]
TEXTS += re.findall(r"```yaml\n(.*?)```", (FOLDER / "README.md").read_text(), re.S)


def valid(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("text", TEXTS)
def test_it_takes_every_policy_that_ships(text: str) -> None:
    jsonschema.validate(yaml.safe_load(text), SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        "rules: [{when: {subject: x}, then: {accept: true}}]",
        "rules: [{then: {file: INBOX}}]",
        "rules: [{then: {greylist: {dela: 5min}}}]",
        "rules: [{then: {tarpit: {at_most: 5}}}]",
        "maildir: ~/Maildir",
        "examples: [{request: {}, expect: {action: maybe}}]",
    ],
)
def test_it_refuses_what_the_reader_refuses(wrong: str) -> None:
    assert not valid(wrong)


@pytest.mark.parametrize(
    "right",
    [
        "rules: [{then: {tarpit: 65s, greylist: true}}]",
        "rules: [{when: {weigh: [{stress: true, score: 1}], total: '> 0'}, then: {defer: x}}]",
        "rules: [{when: {not: {attribute: {a_b: x}}}, then: {prepend: {X: y}}}]",
    ],
)
def test_it_takes_what_the_reader_takes(right: str) -> None:
    assert valid(right)
