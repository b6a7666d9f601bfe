"""`maildrop-py policy check` and `explain`; serving is tests/policy/test_server.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app

POLICY = """\
rules:
  - {name: forged, when: {helo: own_name}, then: {reject: 'you are not {helo_name}'}}
  - {name: lines, when: {s25r: true}, then: {greylist: {delay: 5min}, tarpit: 65s}}
examples:
  - request: {client_address: 203.0.113.9, client_name: unknown, recipient: mika@example.com}
    expect: {rule: lines, action: both}
"""
REQUEST = """\
client_address=203.0.113.9
client_name=dsl-203-0-113-9.isp.example
helo_name=friend
sender=ann@example.net
recipient=mika@example.com
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def run(*arguments: object, said: str = "") -> Result:
    return CliRunner().invoke(app, ["policy", *map(str, arguments)], input=said)


def test_check_runs_examples_and_says_rules_in_words(policy: Path) -> None:
    done = run("check", policy, "--list")
    assert done.exit_code == 0
    assert "1 of 1 examples as expected" in done.output
    assert "then tarpit for 65s, greylist for 5min" in done.output.replace(
        "greylist for 5min, tarpit for 65s", "tarpit for 65s, greylist for 5min"
    )


def test_check_fails_with_every_mistake_and_its_place(policy: Path) -> None:
    policy.write_text(POLICY.replace("helo: own_name", "subject: x").replace("5min", "0s"))
    done = run("check", policy)
    assert done.exit_code == 1
    assert f"{policy}:2:" in done.output and f"{policy}:3:" in done.output
    assert "before that has come" in done.output and "2 mistakes" in done.output


def test_check_fails_where_an_example_comes_out_otherwise(policy: Path) -> None:
    policy.write_text(POLICY.replace("action: both", "action: accept"))
    done = run("check", policy)
    assert done.exit_code == 1 and "should be 'accept', but is 'both'" in done.output


def test_explain_shows_each_condition_with_what_it_saw(policy: Path) -> None:
    done = run("--policy", policy, "--offline", "explain", said=REQUEST)
    assert done.exit_code == 0, done.output
    assert "1. forged (policy.yaml:2): does not fire" in done.output
    assert "client name: dsl-203-0-113-9.isp.example" in done.output
    assert "result: greylist for 300 s and tarpit for 65 s (by rule 'lines')" in done.output


def test_explain_takes_several_requests_as_postfix_sends_them(policy: Path) -> None:
    forged = REQUEST.replace("friend", "example.com")
    both = f"request=smtpd_access_policy\n{REQUEST}\nrequest=smtpd_access_policy\n{forged}\n"
    done = run("--policy", policy, "--offline", "explain", said=both)
    assert done.output.count("result:") == 2
    assert "result: reject: you are not example.com" in done.output


def test_what_is_no_request_is_an_error(policy: Path) -> None:
    done = run("--policy", policy, "explain", said="")
    assert done.exit_code == 1 and "has no request" in done.output
    done = run("--policy", policy, "explain", said="hello\n")
    assert done.exit_code == 1 and "no name=value" in done.output


def test_a_server_without_a_place_to_listen_says_what_to_do(policy: Path) -> None:
    done = run("--policy", policy)
    assert done.exit_code == 1 and "--listen" in done.output
