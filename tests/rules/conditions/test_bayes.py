"""bayes: the probability from what was learnt; unknown until enough was."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.paths import bayes_store
from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import NOW, facts, mail, problem_of, when

SPAM = "Subject: cheap pills\nMessage-ID: <{}@spam>"
HAM = "Subject: minutes of the meeting\nMessage-ID: <{}@ham>"


def asked(
    state: Path, head: str, text: str = '{bayes: ">= 0.9"}', explain: bool = False
) -> Outcome:
    message = mail(head)
    evidence = Evidence(message, Envelope(), Settings(), str(state))
    return when(text).test(facts(message, Envelope(), evidence, explaining=explain))


def teach(state: Path, each: int) -> None:
    store = BayesStore(bayes_store(str(state)))
    messages = [(mail(SPAM.format(n)), True) for n in range(each)]
    messages += [(mail(HAM.format(n)), False) for n in range(each)]
    store.teach([lesson(message, None, is_spam) for message, is_spam in messages], NOW)
    store.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path / "state"


def test_what_was_learnt_decides(state: Path) -> None:
    teach(state, 30)
    assert asked(state, SPAM).held is True
    assert asked(state, HAM).held is False
    assert asked(state, HAM, '{bayes: "< 0.2"}').held is True


def test_too_little_learnt_is_unknown(state: Path) -> None:
    assert asked(state, SPAM).held is None
    teach(state, 5)
    unknown = asked(state, SPAM)
    assert unknown.held is None and "5 spam and 5 ham" in unknown.why
    assert asked(state, SPAM, '{not: {bayes: ">= 0.9"}}').held is None


def test_without_a_state_directory_it_is_unknown() -> None:
    evidence = Evidence(Message(mail(SPAM).source), Envelope(), Settings())
    assert when("{bayes: 0.9}").test(facts(mail(SPAM), Envelope(), evidence)).held is None


def test_an_explanation_names_the_tokens(state: Path) -> None:
    teach(state, 30)
    assert "subject:pills: spam by" in asked(state, SPAM, explain=True).why
    assert asked(state, SPAM).why == ""


def test_a_probability_is_at_most_one() -> None:
    text = "rules: [{when: {bayes: '>= 90'}, then: {file: Junk}}]"
    assert "from 0 to 1" in problem_of(text)


def test_it_says_itself_in_words() -> None:
    assert when("{bayes: 0.9}").describe() == "probability of spam, as learnt, >= 0.9"
