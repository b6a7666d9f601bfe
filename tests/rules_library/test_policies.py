"""Every policy that ships does what its own examples say, and its page is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maildrop_py.policy.examples import plan_of, run_policy_examples
from maildrop_py.policy.language import Policy, load_policy, read_policy
from maildrop_py.record import replace
from maildrop_py.rules.actions import POLICY_ACTIONS
from maildrop_py.rules.conditions import CONDITIONS, POLICY_CONDITIONS
from maildrop_py.rules.language.library import builtin_names, builtin_path
from tests.support.policy import around

FOLDER = Path(builtin_path("") + "policies")
FILES = sorted(FOLDER.glob("*.yaml"))
README = (FOLDER / "README.md").read_text()
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def policy(path: Path) -> Policy:
    return read_policy(str(path))


def failures(found: Policy) -> list[str]:
    return [str(one) for one in run_policy_examples(found.examples, found.program, around(found))]


@every_file
def test_examples_come_out_as_they_say(path: Path) -> None:
    assert failures(policy(path)) == [] and policy(path).warnings == ()


@every_file
def test_every_rule_has_an_example_that_fires_it(path: Path) -> None:
    found = policy(path)
    plans = [plan_of(one, found.program, around(found)) for one in found.examples]
    fired = {reason.rule for plan in plans for reason in plan.reasons}
    missing = {rule.name for rule in found.rules} - fired
    assert missing == set()


@every_file
def test_some_example_shows_who_passes(path: Path) -> None:
    found = policy(path)
    plans = [plan_of(one, found.program, around(found)) for one in found.examples]
    assert any(plan.verdict == "pass" for plan in plans)


@every_file
def test_nobody_who_has_a_password_waits(path: Path) -> None:
    found = policy(path)
    for one in found.examples:
        known = replace(one, attributes=(*one.attributes, ("sasl_username", "ann")))
        plan = plan_of(known, found.program, around(found))
        assert plan.verdict in ("pass", "accept")


@every_file
def test_the_comment_on_top_says_when_to_use_it(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# {path.stem}: ") and "\n# When: " in text
    assert f"include: builtin:{path.stem}\n" in text or "No `include`" in text
    assert all(rule.name.startswith(f"{path.stem}: ") for rule in policy(path).rules)


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_each_can_be_included(name: str) -> None:
    assert name in builtin_names("policies/")
    found = load_policy(f"server_names: mx.example.com\ninclude: builtin:{name}\n")
    assert failures(found) == []


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", README, re.S))
def test_every_example_of_the_page_loads(block: str) -> None:
    assert failures(load_policy(block)) == []


def test_every_condition_action_and_file_is_on_the_page() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", README, re.M))
    assert listed == {*POLICY_ACTIONS, *(set(POLICY_CONDITIONS) - set(CONDITIONS))}
    assert all(f"`{name}`" in README for name in POLICY_CONDITIONS)
    assert all(f"({path.name})" in README for path in FILES)
