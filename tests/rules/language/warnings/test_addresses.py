"""Entries of address tests and lists that nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.language.warnings.addresses import doubt_about_entry


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("Friend <a@b.example>", "write a@b.example alone"),
        ('"A, B" <a@b.example>', "write a@b.example alone"),
        ("^boss@example.com", "write boss@example.com"),
        ("boss@example.com$", "write boss@example.com"),
        (r".*@example\.com", "write *@example.com"),
        ("a@b.example, c@d.example", "one address"),
        ("a@b.example;", "one address"),
        ("Friend", "such as boss@example.com"),
        ("a@@b.example", "one address"),
        ("a@b..example", "such as boss@example.com"),
        ("a@.example", "such as boss@example.com"),
        ("*", "say which"),
    ],
)
def test_what_no_address_fits(entry: str, hint: str) -> None:
    found = doubt_about_entry(entry)
    assert found is not None and hint in found[1]


@pytest.mark.parametrize(
    "entry",
    ["a@b.example", "<a@b.example>", "<>", "b.example", "@b.example", ".b.example", "*@*.b.example",
     "*@b?.example", ".jp", "a+x@b.example", "用户@例え.jp", '"a b"@c.example', "a@localhost",
     "*.b.example", "@localhost"],
)  # fmt: skip
def test_what_is_an_address_or_a_domain(entry: str) -> None:
    assert doubt_about_entry(entry) is None


@pytest.mark.parametrize("name", ["from", "sender", "to", "spf_whitelist"])
def test_lines_of_lists_are_named_with_their_place(name: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    lines = "# friends\nann@example.org\nBob <bob@example.org>\n\n^carl@\n"
    (tmp_path / "list.txt").write_text(lines)
    (tmp_path / "rules.yaml").write_text(
        f"rules: [{{when: {{{name}: {{file: list.txt}}}}, then: {{file: A}}}}]"
    )
    found = [str(each) for each in warnings_about(read_rules(str(tmp_path / "rules.yaml")))]
    assert found[0].startswith(
        f"{tmp_path}/list.txt:3:1: 'Bob <bob@example.org>' is not an address"
    )
    assert found[1].startswith(f"{tmp_path}/list.txt:5:1: ") and len(found) == 2
