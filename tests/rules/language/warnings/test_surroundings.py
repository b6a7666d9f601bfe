"""Programs, settings, scores and folders that cannot be what is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.cache import load_program
from tests.support.rules_reading import rules_of


def warned(text: str) -> list[str]:
    return [f"{problem.text} ({problem.hint})" for problem in warnings_about(rules_of(text))]


def with_rule(when: str, then: str = "{file: A}", top: str = "") -> str:
    return f"allow_commands: true\n{top}\nrules: [{{when: {when}, then: {then}}}]"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("/no/such/program", "there is no program /no/such/program"),
        ("no-such-program", "there is no program 'no-such-program' in /usr/local/bin:"),
        ("bin/x", "'bin/x' is not a whole path"),
        ("/usr/bin", "/usr/bin is a directory"),
        ("/etc/passwd", "/etc/passwd may not be executed"),
    ],
)
def test_programs_that_cannot_be_run(program: str, said: str) -> None:
    for text in (
        with_rule(f"{{command: [{program}, x]}}"),
        with_rule(f"{{command: {{run: {program}}}}}"),
        with_rule("{size: '> 1KB'}", f"{{pipe: [{program}, x]}}"),
        with_rule("{size: '> 1KB'}", f"{{filter: [{program}, x]}}"),
        with_rule("{size: '> 1KB'}", f"{{filter: {{run: {program}, part: body}}}}"),
        with_rule("{size: '> 1KB'}", f"{{set: {{a: {{output: [{program}, x]}}}}}}"),
    ):
        (found,) = warned(text)
        assert said in found


def test_programs_that_are_there(tmp_path: Path) -> None:
    assert warned(with_rule("{command: [/bin/sh, -c, 'exit 0']}")) == []
    assert warned(with_rule("{command: sh}", "{pipe: [cat]}")) == []


def test_sendmail_is_looked_for_where_it_is_called() -> None:
    top = "sendmail: /no/sendmail"
    (found,) = warned(with_rule("{subject: a}", "{forward: a@b.example}", top))
    assert "`forward` calls sendmail: there is no program /no/sendmail" in found
    assert warned(with_rule("{subject: a}", top=top)) == []


def test_mail_to_myself_would_come_back() -> None:
    top = "me: me@example.com\nsendmail: /bin/true"
    (found,) = warned(with_rule("{subject: a}", "{forward: Me@example.com}", top))
    assert "mail would come back" in found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/etc/passwd", "/etc/passwd is a file"),
        ("/etc/passwd/Maildir", "/etc/passwd is not a directory"),
        ("$HOME/Maildir", "taken as it is written"),
        ("~anna/Maildir", "taken as it is written"),
        ("/var/mail/%u", "taken as it is written"),
        ("~", "is your home directory"),
        ("/dev/null", "/dev/null is not a directory"),
    ],
)
def test_a_maildir_that_cannot_be(path: str, said: str) -> None:
    (found,) = warned(f"maildir: '{path}'")
    assert said in found


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_maildir_where_one_may_not_write() -> None:
    (found,) = warned("maildir: /usr/Maildir")
    assert "you may not write to /usr" in found


def test_a_maildir_that_will_be_made_is_fine(tmp_path: Path) -> None:
    assert warned(f"maildir: {tmp_path}/a/b/Maildir") == []


@pytest.mark.parametrize("network", ["0.0.0.0/0", "'::/0'", "128.0.0.0/1", "2000::/3"])
def test_a_network_that_is_half_the_world(network: str) -> None:
    (found,) = warned(f"trust: {{networks: [192.0.2.0/24, {network}]}}")
    assert "believes a large part of the internet" in found


def test_conditions_that_need_a_setting() -> None:
    assert "name your server" in warned(with_rule("{helo: [no_dot, own_name]}"))[0]
    assert warned(with_rule("{helo: own_name}", top="server_names: mx.example.com")) == []
    assert "`auth` is always unknown" in warned(with_rule("{auth: {dkim: pass}}"))[0]
    assert warned(with_rule("{auth: {dkim: pass}}", top="trust: {authserv_ids: a.b}")) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{size: '> 10'}", "every message has size > 10"),
        ("{size: '< 10'}", "no message has size < 10"),
        ("{weigh: [{subject: a, score: 1}, {cc: b, score: 2}], total: '> 3'}", "never reached"),
        ("{weigh: [{subject: a, score: 1}], total: '>= 0'}", "always reached"),
        ("{weigh: [{subject: a, score: -1}]}", "never reached"),
    ],
)
def test_numbers_that_say_nothing(when: str, said: str) -> None:
    (found,) = warned(with_rule(when))
    assert said in found


@pytest.mark.parametrize(
    "when",
    [
        "{size: '> 10KB'}",
        "{size: 500}",
        "{weigh: [{subject: a, score: 1}, {cc: b, score: -2}], total: '>= 1'}",
        "{weigh: [{subject: a, score: 1}, {cc: b, score: -2}], total: '< 0'}",
    ],
)
def test_numbers_that_say_something(when: str) -> None:
    assert warned(with_rule(when)) == []


def test_folders_and_flags_that_are_not_what_they_seem() -> None:
    twice = "rules: [{when: {subject: a}, then: {file: Lists/A}}, {then: {file: lists/a}}]"
    assert "'lists/a' and 'Lists/A' are two folders" in warned(twice)[0]
    assert "is a folder below INBOX on disk" in warned("rules: [{then: {file: INBOX/Work}}]")[0]
    assert "write seen" in warned("rules: [{then: {file: A, flags: [$Seen]}}]")[0]
    assert warned("rules: [{then: {file: inbox, flags: [seen, $Work]}}]") == []


def test_warnings_are_in_the_order_of_the_lines() -> None:
    text = (
        "rules:\n- {name: a, then: {file: A}}\n- {name: b, then: {file: B}}\n"
        "- {name: c, when: {subject: '[billing]'}, then: {file: C}}\n"
    )
    assert [problem.line for problem in warnings_about(rules_of(text))] == [3, 4, 4]


def test_a_delivery_does_not_look_for_them(tmp_path: Path) -> None:
    """They cost time, and nobody would read them."""
    tmp_path.chmod(0o700)
    path = tmp_path / "rules.yaml"
    path.write_text("rules: [{when: {subject: '[billing]'}, then: {file: A}}]")
    assert len(read_rules(str(path)).warnings) == 1
    assert read_rules(str(path), warns=False).warnings == ()
    said: list[str] = []
    assert load_program(str(path), str(tmp_path / "cache"), said.append) and said == []
