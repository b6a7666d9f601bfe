r"""special_use: which folder `\Junk` and the like are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.rules.language import special_use
from maildrop_py.rules.program.cache import load_program
from tests.support.rules_reading import decided, problem_of

DOVECOT = """
# mailbox Wrong { special_use = \\Junk }
!include conf.d/*.conf
!include_try missing.conf
"""
MAILBOXES = """
namespace inbox {
  mailbox Spam/New {
    auto = subscribe
    special_use = \\Junk
  }
  mailbox "Sent Messages" { special_use = \\Sent }
  mailbox Sent { special_use = \\Sent }
  mailbox "Old things" {
    #special_use = \\Trash
    special_use = \\Archive \\Flagged # both
  }
}
"""


@pytest.fixture
def dovecot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dovecot"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "dovecot.conf").write_text(DOVECOT)
    (folder / "conf.d/15-mailboxes.conf").write_text(MAILBOXES)
    monkeypatch.setattr(special_use, "DOVECOT", str(folder / "dovecot.conf"))
    return folder


@pytest.fixture
def no_dovecot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(special_use, "DOVECOT", str(tmp_path / "none.conf"))


def filed(use: str, top: str = "") -> str:
    return decided(f"{top}\nrules: [{{then: {{file: {use}}}}}]").filings[-1].folder


@pytest.mark.usefixtures("dovecot")
def test_dovecot_says_which_folder_it_is() -> None:
    assert filed(r"\Junk") == "Spam/New"
    assert filed(r"\sent") == "Sent Messages"
    assert filed(r"\Archive") == filed(r"\Flagged") == "Old things"
    assert filed(r"\Trash") == "Trash"


@pytest.mark.usefixtures("dovecot")
def test_the_setting_goes_before_dovecot() -> None:
    top = r"special_use: {Junk: Bad, \Sent: Sent/2026}"
    assert (filed(r"\Junk", top), filed(r"\Sent", top)) == ("Bad", "Sent/2026")


@pytest.mark.usefixtures("no_dovecot")
def test_without_dovecot_it_is_the_usual_folder() -> None:
    assert filed(r"\Junk") == "Junk"
    rules = r"rules: [{then: {copy: \Archive}}]"
    assert decided(rules).filings[0].folder == "Archive"
    found = problem_of(r"rules: [{then: {file: \Flagged}}]")
    assert "nobody says which folder \\Flagged is" in found
    assert "`special_use: {Flagged: NAME}`" in found


@pytest.mark.usefixtures("no_dovecot")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("special_use: {Jnuk: A}", "did you mean `junk`?"),
        (r"rules: [{then: {file: \Spam}}]", "unknown special use \\Spam"),
        (r"rules: [{then: {file: '\Junk/x'}}]", "unknown special use"),
        ("special_use: {Junk: [A]}", "a text must be here"),
        ("special_use: {Junk: ../A}", "starts with '.'"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in problem_of(text)


def test_rules_are_compiled_again_when_dovecot_changes(dovecot: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(r"rules: [{name: a, then: {file: \Junk}}]")
    rules.chmod(0o600)

    def folder() -> str:
        warnings: list[str] = []
        program = load_program(str(rules), str(tmp_path / "cache"), warnings.append)
        assert program is not None, warnings
        return str(program.rule(0).then.actions[0].describe())

    assert folder() == "file into Spam/New"
    file = dovecot / "conf.d/15-mailboxes.conf"
    file.write_text(MAILBOXES.replace("Spam/New", "Bulk"))
    os.utime(file, ns=(1, 1))
    assert folder() == "file into Bulk"


def test_includes_that_never_end_do_end(dovecot: Path) -> None:
    (dovecot / "dovecot.conf").write_text("!include dovecot.conf\n!include dovecot.conf\n")
    assert filed(r"\Junk") == "Junk"
