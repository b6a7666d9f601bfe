"""What one set of rules may take, however small its files look."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language import limits
from maildrop_py.rules.language.limits import BYTES, FILES, INSTRUCTIONS, LINES, MOST_BYTES, VALUES
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.rule_set import RuleSet

LISTED = "rules: [{when: {from: {file: list.txt}}, then: {file: A}}]"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def read(place: Path, text: str) -> RuleSet:
    (place / "rules.yaml").write_text(text)
    return read_rules(str(place / "rules.yaml"))


def refused(place: Path, text: str) -> str:
    with pytest.raises(RuleError) as caught:
        read(place, text)
    return str(caught.value)


def sparse(path: Path, size: int) -> None:
    """A file that looks large and takes no room."""
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("text", [LISTED, "include: [list.txt]"])
def test_a_sparse_file_is_not_read(place: Path, text: str) -> None:
    sparse(place / "list.txt", 1 << 40)
    assert "list.txt cannot be used: it is larger than 8 MB" in refused(place, text)


def test_a_sparse_rules_file_is_not_read(place: Path) -> None:
    sparse(place / "rules.yaml", 1 << 40)
    with pytest.raises(RuleError, match="larger than 8 MB"):
        read_rules(str(place / "rules.yaml"))


def test_a_message_of_an_example_is_limited_too(place: Path) -> None:
    sparse(place / "mail", 1 << 40)
    text = "examples: [{message: {path: mail}, expect: {file: INBOX}}]"
    assert "1:29: " in refused(place, text) and "larger than 8 MB" in refused(place, text)


def test_a_list_that_many_rules_read_counts_each_time(place: Path) -> None:
    (place / "list.txt").write_text(f"#{'x' * 998}\n" * (MOST_BYTES // 1000))
    rule = "{when: {from: {file: list.txt}}, then: {file: A}}"
    read(place, f"rules: [{rule}]")
    found = refused(place, f"rules: [{rule}, {rule}, {rule}]")
    assert f"more than {limits.MOST[BYTES]:,} bytes in files together" in found


@pytest.mark.parametrize(
    ("what", "most", "text"),
    [
        (FILES, 2, "include: [a.yaml, b.yaml]"),
        (LINES, 3, LISTED),
        (VALUES, 10, "rules: [{when: {subject: [a, b, c, d, e]}, then: {file: A}}]"),
        (
            VALUES,
            40,
            "rules: [{when: {subject: &a [a, b, c, d, e]}, then: {file: A}},"
            " {when: {subject: *a}, then: {file: A}}, {when: {cc: *a}, then: {file: A}}]",
        ),
        (INSTRUCTIONS, 1000, r"rules: [{when: {subject: '\pL+'}, then: {file: A}}]"),
        (INSTRUCTIONS, 1000, r"rules: [{when: {raw_headers: '[^a]{500}'}, then: {file: A}}]"),
    ],
)
def test_each_limit_is_said(
    place: Path, what: str, most: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "list.txt").write_text("a@b.example\n" * 4)
    for name in ("a.yaml", "b.yaml"):
        (place / name).write_text("rules: []")
    read(place, text)
    monkeypatch.setitem(limits.MOST, what, most)
    assert f"these rules have more than {most:,} {what} together" in refused(place, text)


def test_ten_thousand_rules_and_a_hundred_thousand_addresses_are_no_trouble(place: Path) -> None:
    (place / "list.txt").write_text("".join(f"user{n}@example.org\n" for n in range(100_000)))
    rules = "".join(f"  - {{when: {{subject: w{n}}}, then: {{file: A}}}}\n" for n in range(10_000))
    found = read(place, f"rules:\n  - {LISTED[8:-1]}\n{rules}")
    assert len(found.rules) == 10_001
