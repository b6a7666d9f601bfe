"""Every shipped rule file does what its own examples say, alone and beside the others."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from maildrop_py.decision.examples import run_examples
from maildrop_py.message.envelope import Envelope
from maildrop_py.record import replace
from maildrop_py.rule_error import RuleError
from maildrop_py.rules.actions.discard import Discard
from maildrop_py.rules.actions.reject import Reject
from maildrop_py.rules.actions.score import Score
from maildrop_py.rules.language.examples import Example
from maildrop_py.rules.language.warnings import warnings_about
from tests.rules_library.library import (
    FILES,
    INCLUDED,
    POINTS,
    POLICY,
    RECOMMENDED,
    SCANNED,
    alone,
    included,
)
from tests.rules_library.outcomes import outcome

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_included = pytest.mark.parametrize("name", INCLUDED)


@every_file
def test_examples_come_out_as_they_say(path: Path) -> None:
    assert [str(failure) for failure in run_examples(alone(path.stem))] == []


@every_file
def test_no_rule_is_shadowed_by_an_earlier_one(path: Path) -> None:
    assert warnings_about(alone(path.stem)) == ()


@every_file
def test_every_rule_has_an_example_that_fires_it_alone(path: Path) -> None:
    rules = alone(path.stem)
    fired = {name for example in rules.examples for name in outcome(rules, example).fired}
    assert fired == {rule.name for rule in rules.rules}


@every_file
def test_some_example_shows_what_is_left_alone(path: Path) -> None:
    rules = alone(path.stem)
    assert any(not outcome(rules, example).fired for example in rules.examples)


@every_included
def test_the_comment_on_top_says_how_and_when_to_use_it(name: str) -> None:
    text = next(path for path in FILES if path.stem == name).read_text()
    comment = text[: text.index("\nrules:")]
    assert comment.startswith(f"# {name}: ")
    assert f"#     include: builtin:{name}\n" in comment
    assert "\n# When: " in comment
    assert all(line.startswith("#") or not line for line in comment.splitlines())


@every_included
def test_rules_are_named_after_their_file(name: str) -> None:
    """So that they never meet a user's rule of the same name, and the log says whose it was."""
    own = [rule for rule in alone(name).rules if Path(rule.file).stem == name]
    prefixes = {rule.name.partition(": ")[0] for rule in own}
    assert prefixes == {name.removesuffix("-apart")}


def test_the_advised_order_names_every_file_that_can_be_included() -> None:
    assert sorted([*RECOMMENDED, POLICY, *SCANNED]) == INCLUDED


@pytest.mark.parametrize("names", [RECOMMENDED, RECOMMENDED[::-1], sorted(RECOMMENDED)], ids=str)
def test_all_files_load_together_with_nothing_to_warn_of(names: list[str]) -> None:
    rules = included(*names)
    assert warnings_about(rules) == ()
    assert len(rules.rules) == sum(len(alone(name).rules) for name in names)


def test_examples_of_included_files_hold_whatever_stands_before_them() -> None:
    assert run_examples(included(*RECOMMENDED)) == run_examples(included(*RECOMMENDED[::-1])) == []


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(RECOMMENDED, 2)))
def test_two_files_in_either_order_do_what_one_of_them_would(first: str, second: str) -> None:
    """Nothing goes where neither file would put it, and nothing is lost between them."""
    each, both = (alone(first), alone(second)), included(first, second)
    for example in map(_unbound, both.examples):
        assert outcome(both, example).place in [outcome(one, example).place for one in each]


def test_the_starter_is_a_first_file_and_not_to_be_included() -> None:
    assert {path.stem for path in FILES} - set(INCLUDED) == {"starter"}
    with pytest.raises(RuleError, match="no rule file called 'starter' ships"):
        included("starter")


@every_included
def test_nothing_is_discarded_but_certain_spam(name: str) -> None:
    lossy = {rule.name for rule in alone(name).rules if _loses(rule.then.actions)}
    assert lossy == ({"spam: certain"} if name == "spam" else set())


@every_included
def test_only_files_named_for_it_ask_the_network_and_none_runs_a_command(name: str) -> None:
    text = next(path for path in FILES if path.stem == name).read_text()
    rules = re.sub(r"#.*", "", text[: text.index("\nexamples:")])
    assert not re.search(r"\b(command|pipe|forward):", rules)
    asks = re.search(r"\b(dnsbl|spf|s25r|dynamic_fqdn|self_forged):", rules)
    assert bool(asks) == (name in {"known", "spf", "s25r", "dnsbl", "forged", "bkaspil"})


@pytest.mark.parametrize("name", POINTS)
def test_files_that_give_points_do_nothing_else(name: str) -> None:
    for rule in alone(name).rules:
        assert [type(action) for action in rule.then.actions] == [Score]


@pytest.mark.parametrize("name", POINTS)
def test_one_kind_of_evidence_alone_takes_nothing_to_junk(name: str) -> None:
    both = included(name, "spam")
    for example in alone(name).examples:
        assert outcome(both, _unbound(example)).place == "INBOX"


def test_the_policy_includes_every_file_that_gives_points() -> None:
    files = {Path(rule.file).stem for rule in alone(POLICY).rules}
    assert files == {*POINTS, POLICY}


def test_what_from_daemon_takes_the_parts_take_too(shared: Path) -> None:
    whole, parts = alone("from-daemon"), alone("daemons-apart")
    corpus = shared / "corpora/spamassassin/easy-ham-2"
    for path in sorted(corpus.iterdir()):
        example = _of_file(path)
        if outcome(whole, example).fired:
            assert outcome(parts, example).fired, path


def _unbound(example: Example) -> Example:
    """The same, to be judged by all rules and not by those of its own file."""
    return replace(example, rules=None)


def _of_file(path: Path) -> Example:
    return Example(str(path), 1, path.read_bytes(), Envelope(), ())


def _loses(actions: tuple[object, ...]) -> bool:
    return any(isinstance(action, Discard | Reject) for action in actions)
