"""Rules files with every kind of mistake: each named, with its place, all at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language.reader import load_text, read_rules
from tests.support.rules_reading import decided, problem_of, problems_of, rules_of


def test_all_mistakes_of_a_file_are_reported_at_once_in_its_order() -> None:
    text = """\
rules:
  - name: one
    when: {subjct: sale, size: big, from: 'a('}
    then: {file: ../x, flags: [sen]}
  - name: two
    whn: {subject: x}
    then: {fil: A}
  - nonsense
layout: maildir
colour: red
"""
    said = [str(problem) for problem in problems_of(text)]
    assert said == [
        "rules.yaml:3:12: unknown condition 'subjct' (did you mean `subject`?)",
        "rules.yaml:3:32: 'big' is not a comparison (such as \"> 10MB\"; units: B, KB, MB, GB)",
        "rules.yaml:3:43: bad regular expression: missing ): a(",
        "rules.yaml:4:18: the level '..' of a folder's name starts with '.' "
        "(name folders as an IMAP client shows them: Lists/python)",
        "rules.yaml:4:32: unknown flag 'sen' (did you mean `seen`?)",
        "rules.yaml:6:5: unknown key of a rule 'whn' (did you mean `when`?)",
        "rules.yaml:7:12: unknown action 'fil' (did you mean `file`?)",
        "rules.yaml:8:5: a mapping (`key: value`) must be here, not a text 'nonsense'",
        "rules.yaml:9:9: unknown layout 'maildir' (did you mean `maildir++`?)",
        "rules.yaml:10:1: unknown key 'colour' (one of: "
        + ", ".join(sorted(str(problems_of("colour: x")[0].hint)[8:].split(", ")))
        + ")",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("just a text", "a mapping (`key: value`) must be here"),
        ("- a\n- b", "a mapping (`key: value`) must be here, not a list"),
        ("rule: []", "unknown key 'rule' (did you mean `rules`?)"),
        ("rules: {name: x}", "a list must be here, not a mapping"),
        ("rules: text", "a list must be here, not a text"),
        ("rules: [{}]", "this rule does nothing: `then` is missing"),
        ("rules: [{when: {subject: x}}]", "this rule does nothing: `then` is missing"),
        ("rules: [{then: {}}]", "nothing is done here"),
        ("rules: [{then: {continue: true}}]", "nothing is done here"),
        ("rules: [{then: file}]", "a mapping (`key: value`) must be here"),
        ("rules: [{then: {file: A, discard: true}}]", "`file` and `discard` both end the run"),
        ("rules: [{then: {score: 1, continue: maybe}}]", "true or false must be here"),
        ("rules: [{then: {subject: x}}]", "a condition: it belongs under `when`"),
        ("rules: [{when: {file: A}, then: {file: A}}]", "an action: it belongs under `then`"),
        ("rules: [{file: A, then: {file: A}}]", "an action: it belongs under `then`"),
        ("rules: [{subject: A, then: {file: A}}]", "a condition: it belongs under `when`"),
        ("rules: [{when: {X-Mailer: x}, then: {file: A}}]", "`header: {X-Mailer: …}`"),
        ("rules: [{when: {List-Id: x}, then: {file: A}}]", "did you mean `list_id`?"),
        ("rules: [{name: '', then: {file: A}}]", "'' is not a name"),
        ('rules: [{name: "a\\nb", then: {file: A}}]', "is not a name (one line"),
        ("rules: [{name: [a], then: {file: A}}]", "a text must be here, not a list"),
        (
            "rules: [{include: x.yaml, then: {file: A}}]",
            "an `include` among rules has no other key beside it",
        ),
        ("rules: [{then: {file: A}, then: {file: B}}]", "'then' is here twice"),
        ("examples: [{message: {}}]", "an example needs `expect`"),
    ],
)
def test_each_kind_of_mistake_is_explained(text: str, said: str) -> None:
    assert said in problem_of(text)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("a(?=b)", "RE2 has no look-around; use `not` for what must be absent"),
        ("(?<!a)b", "RE2 has no look-around"),
        (r"(a)\1", "RE2 has no back-references"),
        (r"a\Z", "write \\z for the end of the text"),
        ("*.example.com", "write .* for any text, or {glob: …} for a shell pattern"),
        ("[a-", "missing ]"),
        ("a{1001}", "bad regular expression"),
        ("(?P<a>x)|(?P<a>y)", "two groups are called 'a' (only the first would count)"),
    ],
)
def test_bad_expressions_are_explained(expression: str, said: str) -> None:
    assert said in problem_of(f"rules: [{{when: {{subject: '{expression}'}}, then: {{file: A}}}}]")


def test_settings_count_wherever_they_stand() -> None:
    found = rules_of("rules: [{then: {file: a.b}}]\nlayout: fs\n")
    assert found.settings.layout == "fs" and len(found.rules) == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "rules:\nexamples:\ninclude:\n", "~"])
def test_empty_files_have_no_rules(text: str) -> None:
    assert rules_of(text).rules == ()


def test_rules_have_names_and_places() -> None:
    found = rules_of("rules:\n  - then: {score: 1}\n  - name: two\n    then: {file: A}\n").rules
    assert [(rule.name, rule.line) for rule in found] == [("rule 1", 2), ("two", 3)]
    assert found[0].file == "rules.yaml"


def test_two_rules_of_a_file_cannot_have_one_name() -> None:
    said = problem_of("rules:\n- {name: a, then: {score: 1}}\n- {name: a, then: {score: 2}}\n")
    assert said == "another rule is called 'a' too (in line 2)"


def test_groups_are_known_in_their_rule_and_in_later_ones() -> None:
    rules = """
        rules:
          - {when: {subject: '(?P<a>x)'}, then: {score: 1}}
          - {then: {file: 'F/{a}'}}
    """
    assert decided(rules, "Subject: x").filings[0].folder == "F/x"
    earlier = """
        rules:
          - {then: {file: 'F/{a}', continue: true}}
          - {when: {subject: '(?P<a>x)'}, then: {score: 1}}
    """
    assert "nothing sets {a}" in problem_of(earlier)


def test_no_more_problems_are_shown_than_anybody_reads() -> None:
    rules = ", ".join("{then: {fil: A}}" for _ in range(500))
    assert len(problems_of(f"rules: [{rules}]")) == 100


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "rules.d").mkdir()
    return tmp_path


def write(path: Path, *names: str, more: str = "") -> Path:
    """A rules file with a rule for each name."""
    rules = "".join(f"- {{name: {name}, then: {{score: 1}}}}\n" for name in names)
    path.write_text((f"rules:\n{rules}" if names else "") + more)
    return path


def names_in(path: Path) -> list[str]:
    return [rule.name for rule in read_rules(str(path)).rules]


def said_of(path: Path) -> list[str]:
    with pytest.raises(RuleError) as caught:
        read_rules(str(path))
    return [f"{os.path.basename(p.file)}:{p.line}: {p.text}" for p in caught.value.problems]


def test_includes_are_spliced_in_where_they_stand(place: Path) -> None:
    write(place / "one.yaml", "one")
    write(place / "two.yaml", "two")
    write(place / "three.yaml", "three")
    (place / "rules.yaml").write_text(
        """
include: one.yaml
rules:
  - {name: a, then: {score: 1}}
  - include: [two.yaml]
  - {name: b, then: {score: 1}}
"""
    )
    assert names_in(place / "rules.yaml") == ["one", "a", "two", "b"]
    write(place / "rules.yaml", "a", more="include: [three.yaml, one.yaml]\n")
    assert names_in(place / "rules.yaml") == ["a", "three", "one"]


def test_paths_are_relative_to_the_file_that_includes(place: Path) -> None:
    write(place / "rules.d" / "deep.yaml", "deep")
    write(place / "rules.d" / "one.yaml", "one", more="include: deep.yaml\n")
    write(place / "rules.yaml", more="include: rules.d/one.yaml\n")
    assert names_in(place / "rules.yaml") == ["one", "deep"]


def test_wildcards_mean_all_files_by_name_but_hidden_ones(place: Path) -> None:
    for name in ("20-b", "10-a", ".hidden", "30-c"):
        write(place / "rules.d" / f"{name}.yaml", name.removeprefix("."))
    (place / "rules.d" / "notes.txt").write_text("no rules")
    write(place / "rules.yaml", more="include: 'rules.d/*.yaml'\n")
    assert names_in(place / "rules.yaml") == ["10-a", "20-b", "30-c"]


def test_wildcards_pass_over_what_is_included_already(place: Path) -> None:
    write(place / "rules.d" / "a.yaml", "a")
    write(place / "rules.d" / "z.yaml", "z")
    write(place / "rules.yaml", more="include: [rules.d/z.yaml, 'rules.d/*.yaml', '*.yaml']\n")
    assert names_in(place / "rules.yaml") == ["z", "a"]


def test_wildcards_that_fit_nothing_are_no_mistake(place: Path) -> None:
    write(place / "rules.yaml", "a", more="include: ['rules.d/*.yaml', 'none/*.yaml']\n")
    assert names_in(place / "rules.yaml") == ["a"]


def test_odd_characters_in_the_folder_are_no_wildcards(place: Path) -> None:
    odd = place / "odd[1]*"
    odd.mkdir()
    write(odd / "one.yaml", "one")
    write(odd / "rules.yaml", more="include: one.yaml\n")
    assert names_in(odd / "rules.yaml") == ["one"]


def test_shipped_files_are_included_by_name() -> None:
    assert load_text("include: builtin:lists\n").rules
    assert "did you mean `lists`?" in problem_of("include: builtin:list\n")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("missing.yaml", "missing.yaml cannot be used: No such file or directory"),
        ("rules.d", "cannot be used: Is a directory"),
        ("'*/x.yaml'", "wildcards may only be in the file's name"),
        ("'one.yaml/*'", "cannot be read: Not a directory"),
        ("[one.yaml, one.yaml]", "is included twice"),
        ("binary.yaml", "cannot be used: it is not UTF-8 in line 2"),
        ("fifo", "it is not a regular file"),
        ("{file: x}", "a text must be here, not a mapping"),
        ("[]", "this list is empty"),
    ],
)
def test_what_cannot_be_included(place: Path, written: str, said: str) -> None:
    write(place / "one.yaml", "one")
    (place / "binary.yaml").write_bytes(b"#\n# \xff\xfe")
    os.mkfifo(place / "fifo")
    write(place / "rules.yaml", "a", more=f"include: {written}\n")
    (problem,) = said_of(place / "rules.yaml")
    assert problem.startswith("rules.yaml:3: ") and said in problem


def test_files_that_include_each_other_are_found(place: Path) -> None:
    write(place / "a.yaml", "a", more="include: b.yaml\n")
    write(place / "b.yaml", "b", more="include: a.yaml\n")
    (problem,) = said_of(place / "a.yaml")
    assert "b.yaml:3: files include each other" in problem
    assert problem.count("a.yaml") == 2
    write(place / "self.yaml", "a", more="include: self.yaml\n")
    assert "files include each other" in said_of(place / "self.yaml")[0]


def test_a_chain_of_includes_has_an_end(place: Path) -> None:
    for number in range(30):
        write(place / f"{number}.yaml", more=f"include: {number + 1}.yaml\n")
    write(place / "30.yaml", "end")
    (problem,) = said_of(place / "0.yaml")
    assert "more than 20 files include one another" in problem


def test_mistakes_of_included_files_are_named_there(place: Path) -> None:
    (place / "one.yaml").write_text("rules: [{then: {fil: A}}]\nlayout: fs\n")
    write(place / "rules.yaml", more="include: one.yaml\nrules: [{then: {flags: sen}}]\n")
    assert [said.partition(" ")[0] for said in said_of(place / "rules.yaml")] == [
        "one.yaml:1:",
        "one.yaml:2:",
        "rules.yaml:2:",
    ]
    assert "`layout` belongs into the first file" in said_of(place / "rules.yaml")[1]


def test_two_files_may_have_rules_of_one_name(place: Path) -> None:
    """A new version of a shipped file must not break the rules that include it."""
    write(place / "one.yaml", "bounces")
    write(place / "rules.yaml", "bounces", more="include: one.yaml\n")
    assert names_in(place / "rules.yaml") == ["bounces", "bounces"]


def test_a_first_file_that_is_missing_is_one_mistake(place: Path) -> None:
    (problem,) = said_of(place / "none.yaml")
    assert problem.startswith("none.yaml:1: ") and "No such file" in problem


def test_windows_line_ends_and_a_byte_order_mark_are_borne(place: Path) -> None:
    (place / "rules.yaml").write_bytes(b"\xef\xbb\xbfrules:\r\n- name: a\r\n  then: {score: 1}\r\n")
    assert names_in(place / "rules.yaml") == ["a"]
