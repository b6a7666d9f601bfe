"""examples/from-procmail and from-sieve: the rules there are what the files there become."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from maildrop_py.convert.converted_rules import text_of
from maildrop_py.convert.procmail.converter import convert
from maildrop_py.convert.sieve.converter import convert as convert_sieve
from maildrop_py.rules.language.reader import read_rules

TODAY = date(2026, 7, 1)
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FOLDER = EXAMPLES / "from-procmail"


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


def test_the_rules_are_what_the_sieve_script_becomes() -> None:
    folder = EXAMPLES / "from-sieve"
    text = (folder / "script.sieve").read_text()
    found = convert_sieve(text, "script.sieve", lambda _name: None, TODAY)
    assert text_of(found) == (folder / "rules.yaml").read_text()
    assert found.gaps == ()
    assert len(read_rules(str(folder / "rules.yaml"), enforce_trust=False).rules) >= 8
