"""The decision log: kept open from one answer to the next, and left where it was renamed."""

from __future__ import annotations

import gc
import json
import os
from pathlib import Path

import pytest

from maildrop_py.policy import log as policy_log
from maildrop_py.policy.language import load_policy
from maildrop_py.policy.log import PolicyLog
from tests.support.policy import Mail, around

GREY = "rules: [{name: first, then: {greylist: true}}]"


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
    place.unlink()
    place.mkdir()
    mail.ask()
    assert mail.answerer.log.warnings == [warning, warning], "it was written in between"


def test_half_a_line_spoils_no_other(
    mail: Mail, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:9]))
        mail.ask(sender="a@b")
    mail.ask(sender="c@d")
    half, whole = place.read_text().splitlines()
    assert len(half) == 9 and json.loads(whole)["sender"] == "c@d"


def test_words_of_no_more_rules_are_kept_than_there_may_be(
    mail: Mail, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_log, "MOST_WORDS", 2)
    for name in ("first", "second", "third", "first"):
        policy = load_policy(GREY.replace("first", name))
        mail.answerer.policy, mail.answerer.around = policy, around(policy)
        mail.ask()
        assert len(mail.answerer.log._words) <= 2
    reasons = [json.loads(line)["why"][0] for line in place.read_text().splitlines()]
    assert [reason.partition(":")[0] for reason in reasons] == ["first", "second", "third", "first"]


def test_the_reason_is_that_of_the_rule_even_after_the_policy_changed(
    mail: Mail, place: Path
) -> None:
    """However often: another policy may have its rules where the last one had its own."""
    names = [f"rule{number}" for number in range(30)]
    for name in names:
        policy = load_policy(GREY.replace("first", name))
        mail.answerer.policy, mail.answerer.around = policy, around(policy)
        gc.collect(0)
        mail.ask()
    reasons = [json.loads(line)["why"][0] for line in place.read_text().splitlines()]
    assert [reason.partition(":")[0] for reason in reasons] == names
