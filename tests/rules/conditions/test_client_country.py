"""client_country: the country that the client's address was given to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.evidence.country_table import Collected
from maildrop_py.record import replace
from tests.rules.conditions.evident import INSIDE, SETTINGS, SUBMITTED, Answer, outside
from tests.support.rules_reading import facts, when, when_problem

FILE = """\
2|test|{day}|3|19830705|{day}|+0000
test|*|ipv4|*|2|summary
test|BR|ipv4|203.0.113.0|128|20200101|allocated
test|DE|ipv6|2001:db8::|32|20200101|assigned
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    collected = Collected()
    collected.read(FILE.format(day="20991231").splitlines(), "test")
    path = tmp_path / "countries"
    path.write_bytes(collected.built().data)
    return path


def holds(text: str, path: Path, envelope: object) -> bool | None:
    evidence = Answer(envelope=envelope)  # type: ignore[arg-type]
    evidence.settings = replace(SETTINGS, countries=str(path))
    found = facts(evidence.message, evidence.envelope, evidence)
    return when(text).test(found).held


@pytest.mark.parametrize(
    ("text", "address", "answer"),
    [
        ("{client_country: [br, th]}", "203.0.113.9", True),
        ("{client_country: BR}", "203.0.113.9", True),
        ("{client_country: de}", "2001:db8::1", True),
        ("{client_country: br}", "203.0.113.128", False),  # given to nobody
        ("{not: {client_country: br}}", "203.0.113.128", True),
    ],
)
def test_the_address_decides(text: str, address: str, answer: bool, table: Path) -> None:
    assert holds(text, table, outside(client_address=address)) is answer


@pytest.mark.parametrize("envelope", [INSIDE, SUBMITTED])
def test_unknown_for_mail_from_inside_and_authenticated_sessions(
    envelope: object, table: Path
) -> None:
    assert holds("{not: {client_country: jp}}", table, envelope) is None


def test_unknown_with_a_warning_where_data_is_missing_or_old(tmp_path: Path) -> None:
    collected = Collected()
    collected.read(FILE.format(day="20191217").splitlines(), "test")
    old = tmp_path / "old"
    old.write_bytes(collected.built().data)
    for path, said in ((tmp_path / "missing", os.strerror(2)), (old, "days old")):
        assert holds("{not: {client_country: br}}", path, outside()) is None
        evidence = Answer(envelope=outside())
        evidence.settings = replace(SETTINGS, countries=str(path))
        assert evidence.country().unknown
        assert any(said in warning for warning in evidence.warnings)


def test_norway_is_no_boolean_and_britain_has_two_names() -> None:
    assert when("{client_country: [no, uk]}").describe() == "the client's country is no or gb"


@pytest.mark.parametrize("wrong", ["germany", "'1a'", "{name: x}", "[]"])
def test_what_is_no_country_is_a_mistake(wrong: str) -> None:
    assert when_problem(f"{{client_country: {wrong}}}")
