"""Examples in rules files are run, and what is not as expected is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.decision.examples import Failure, run_examples
from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language.reader import load_text, read_rules

RULES = r"""
rules:
  - name: hello
    when: {subject: '^hello (?P<who>\w+)'}
    then: {file: "Greetings/{who}", flags: [seen, $Kind], copy: All}
  - name: again
    when: {duplicate: true}
    then: {discard: true}
  - name: no
    when: {subject: refuse}
    then: {reject: not here}
  - name: on
    when: {subject: forward}
    then: {forward: me@example.com}
  - name: tag
    when: {subject: tag}
    then: {score: 2.5, flags: [flagged]}
  - name: old
    when: {folder: INBOX, flags: seen, age: "> 30d"}
    then: {file: "Archive/{year}"}
  - name: subject only
    when: {sender: "", extension: sales}
    then: {file: Sales}
"""


def failures(example: str) -> list[Failure]:
    return run_examples(load_text(f"{RULES}\nexamples:\n  - {example}\n"))


def said(example: str) -> str:
    (failure,) = failures(example)
    return str(failure)


AS_EXPECTED = [
    "{message: {headers: {Subject: hello Leo}}, expect: {rule: hello, file: Greetings/Leo,"
    " flags: [seen, $Kind], copies: [All], discard: false, reject: false, forward: null}}",
    "{message: {headers: {Subject: x}}, expect: {rule: null, file: INBOX, flags: [], copies: []}}",
    "{message: {headers: {Message-ID: <a@b>}}, evidence: {duplicate: true},"
    " expect: {rule: again, discard: true, file: null}}",
    "{message: {headers: {Message-ID: a}}, evidence: {duplicate: false}, expect: {file: INBOX}}",
    "{message: {headers: {Message-ID: <a@b>}}, expect: {file: INBOX}}",
    "{message: {headers: {Subject: refuse}}, expect: {reject: true, discard: false}}",
    "{message: {headers: {Subject: refuse}}, expect: {reject: not here}}",
    "{message: {headers: {Subject: forward}}, expect: {forward: me@example.com, discard: false}}",
    "{message: {headers: {Subject: tag}}, expect: {score: 2.5, file: INBOX, flags: flagged}}",
    "{message: {body: x}, expect: {score: 0}}",
    "{message: {}, envelope: {sender: '', extension: sales}, expect: {file: Sales}}",
]


@pytest.mark.parametrize("example", AS_EXPECTED)
def test_an_example_that_comes_out_as_expected_is_no_failure(example: str) -> None:
    assert failures(example) == []


@pytest.mark.parametrize(("age", "folder"), [("40d", "Archive/2026"), ("3d", "INBOX")])
def test_a_message_may_lie_in_a_folder_already(age: str, folder: str) -> None:
    filed = f"{{folder: INBOX, flags: [seen], age: {age}}}"
    assert failures(f"{{message: {{}}, filed: {filed}, expect: {{file: {folder}}}}}") == []


def test_a_failure_names_its_place_what_should_be_and_what_is() -> None:
    failure = said("{message: {headers: {Subject: hello Leo}}, expect: {file: INBOX, flags: []}}")
    assert failure == (
        "rules.yaml:26:1: example: `file` should be 'INBOX', but is 'Greetings/Leo'; "
        "`flags` should be none, but is seen, $Kind; rule 'hello' ended the run"
    )


def test_a_rule_that_does_not_exist_is_said_so_with_a_suggestion() -> None:
    failure = said("{message: {headers: {Subject: hello Leo}}, expect: {rule: helo}}")
    assert "there is no such rule: did you mean `hello`?" in failure


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{discard: true}", "`discard` should be true, but is false"),
        ("{reject: true}", "`reject` should be true, but is none"),
        ("{forward: a@b}", "`forward` should be 'a@b', but is none"),
        ("{score: 3}", "`score` should be 3, but is 0"),
        ("{copies: [A, B]}", "`copies` should be A, B, but is none"),
        ("{file: null}", "`file` should be none, but is 'INBOX'"),
    ],
)
def test_each_difference_is_in_words(expect: str, words: str) -> None:
    assert words in said(f"{{message: {{}}, expect: {expect}}}")


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ("{message: {headers: {}}, expect: {fold: A}}", "unknown expectation 'fold'"),
        ("{message: {header: {}}, expect: {file: A}}", "did you mean `headers`?"),
        ("{message: {}, expect: {}}", "nothing is expected here"),
        ("{message: {}}", "an example needs `expect`"),
        ("{expect: {file: A}}", "an example needs `message`"),
        ("{message: {}, evidence: {duplicates: true}, expect: {file: A}}", "`duplicate`"),
        ("{message: {}, envelope: {from: a}, expect: {file: A}}", "part of the envelope 'from'"),
        ("{message: {}, filed: {flags: read}, expect: {file: A}}", "unknown flag"),
        ("{message: {path: /nowhere}, expect: {file: A}}", "/nowhere cannot be used: No such file"),
        ("{message: {headers: {'a b': c}}, expect: {file: A}}", "cannot be a header's name"),
    ],
)
def test_an_example_that_cannot_be_read_is_a_mistake_of_the_file(example: str, words: str) -> None:
    with pytest.raises(RuleError, match=f"(?s){words}"):
        failures(example)


def test_examples_of_an_included_file_are_judged_by_its_own_rules(tmp_path: Path) -> None:
    """Whoever includes a file puts other rules before it, and its examples stay true."""
    own = "{message: {headers: {Subject: sale}}, expect: {file: Shops}}"
    (tmp_path / "shops.yaml").write_text(
        f"rules: [{{when: {{subject: sale}}, then: {{file: Shops}}}}]\nexamples: [{own}]\n"
    )
    first = tmp_path / "rules.yaml"
    theirs = own.replace("Shops", "Sale")
    first.write_text(
        "rules: [{when: {subject: sale}, then: {file: Sale}}]\n"
        f"include: shops.yaml\nexamples: [{theirs}]\n"
    )
    assert run_examples(read_rules(str(first), enforce_trust=False)) == []


def test_examples_see_the_rules_that_their_file_includes(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(
        "rules: [{name: inner, when: {subject: a}, then: {file: A}}]\n"
    )
    (tmp_path / "outer.yaml").write_text(
        "include: inner.yaml\n"
        "examples: [{message: {headers: {Subject: a}}, expect: {rule: inner}}]\n"
    )
    first = tmp_path / "rules.yaml"
    first.write_text("rules: [{then: {file: All}}]\ninclude: outer.yaml\n")
    assert run_examples(read_rules(str(first), enforce_trust=False)) == []


def test_the_clock_stands_still() -> None:
    rules = 'rules: [{when: {age: "< 1d"}, then: {file: "{year}-{month}-{day}"}}]\n'
    example = (
        'examples: [{message: {headers: {Date: "Wed, 1 Jul 2026 08:00:00 +0000"}},'
        " expect: {file: 2026-07-01}}]\n"
    )
    assert run_examples(load_text(rules + example)) == []
