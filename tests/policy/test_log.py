"""The decision log: kept open from one answer to the next, and left where it was renamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maildrop_py.policy import log as policy_log
from maildrop_py.policy.language import load_policy
from maildrop_py.policy.log import PolicyLog
from tests.support.policy import Mail, around

GREY = "rules: [{name: first, then: {greylist: true}}]"
OTHER = "rules: [{name: second, when: {s25r: true}, then: {greylist: true}}]"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def mail(place: Path) -> Mail:
    asked = Mail(GREY)
    asked.answerer.log = PolicyLog(str(place))
    return asked


def senders(file: Path) -> list[str]:
    return [json.loads(line)["sender"] for line in file.read_text().splitlines()]


def test_a_log_that_was_renamed_is_left(
    mail: Mail, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.ask(sender="a@b")
    place.rename(place.with_suffix(".1"))
    monkeypatch.setattr(policy_log, "REOPENED", 0.0)
    mail.ask(sender="c@d")
    assert senders(place.with_suffix(".1")) == ["a@b"] and senders(place) == ["c@d"]


def test_a_log_whose_directory_went_is_said_once_and_made_again(
    mail: Mail, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_log, "REOPENED", 0.0)
    place.mkdir()
    for _ in range(2):
        assert mail.ask().startswith("DEFER_IF_PERMIT")
    (warning,) = mail.answerer.log.warnings
    assert str(place) in warning
    place.rmdir()
    mail.ask(sender="c@d")
    assert senders(place) == ["c@d"]


def test_the_reason_is_that_of_the_rule_even_after_the_policy_changed(
    mail: Mail, place: Path
) -> None:
    mail.ask()
    policy = load_policy(OTHER)
    mail.answerer.policy, mail.answerer.around = policy, around(policy)
    mail.ask()
    mail.ask()
    reasons = [json.loads(line)["why"][0] for line in place.read_text().splitlines()]
    assert reasons[0].startswith("first: ")
    assert reasons[1] == reasons[2] and reasons[1].startswith("second: ")
