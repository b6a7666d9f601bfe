"""examples/from-procmail: the rules there are what the procmailrc there becomes."""

from __future__ import annotations

from pathlib import Path

from maildrop_py.convert.procmail.converter import convert
from maildrop_py.convert.written import text_of
from maildrop_py.rules.language.reader import read_rules

FOLDER = Path(__file__).resolve().parents[2] / "examples/from-procmail"


def test_the_rules_are_what_the_procmailrc_becomes() -> None:
    text = (FOLDER / "procmailrc").read_text()
    found = convert(text, "procmailrc", "/home/mika", "mika", lambda _path: None)
    assert text_of(found) == (FOLDER / "rules.yaml").read_text()
    assert found.gaps == ()
    assert text.count("\n:0") + text.count("  :0") >= 30


def test_a_rule_without_a_comment_is_named_by_what_its_folders_share() -> None:
    text = ":0\n* ^List-Id:.*<\\/[a-z]+\n.Lists.$MATCH/\n"
    found = convert(text, "procmailrc", "/home/mika", "mika", lambda _path: None)
    assert "- name: Lists\n" in text_of(found)


def test_they_are_rules() -> None:
    found = read_rules(str(FOLDER / "rules.yaml"), enforce_trust=False)
    assert len(found.rules) >= 30
