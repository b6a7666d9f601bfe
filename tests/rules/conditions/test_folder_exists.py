"""folder_exists: whether there is a folder, by its name or its use."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, decided, held, when, when_problem


@pytest.mark.parametrize(
    ("test", "answer"),
    [("A", True), ("[B, A/c]", True), ("B", False), (r"\Junk", True), (r"\Trash", False)],
)
def test_one_of_the_folders_is_enough(test: str, answer: bool) -> None:
    evidence = Answers()
    evidence.folders = ("A", "A/c", "Junk")
    assert held(f"{{folder_exists: {test}}}", evidence=evidence) is answer


def test_where_no_maildir_is_known_nothing_is() -> None:
    assert held("{folder_exists: A}") is None
    assert held("{not: {folder_exists: A}}") is None
    assert asked("{folder_exists: A}").why == "the Maildir is not known"


def test_a_name_from_the_mail_is_made_safe_and_may_be_found_beside_it() -> None:
    rules = """
        rules:
          - when: {list_id: '(?P<list>.*)', folder_exists: "Lists/{list}"}
            then: {file: "Lists/{list}"}
          - then: {file: Other}
    """
    evidence = Answers()
    evidence.folders = ("Lists/dev", "Lists/_", "etc")
    assert decided(rules, "List-Id: <dev>", evidence=evidence).filings[0].folder == "Lists/dev"
    assert decided(rules, "List-Id: <ops>", evidence=evidence).filings[0].folder == "Other"
    hostile = decided(rules, "List-Id: <../etc>", evidence=evidence)
    assert hostile.filings[0].folder == "Other"


def test_mistakes() -> None:
    assert "starts with '.'" in when_problem("{folder_exists: ../x}")
    assert "did you mean `junk`?" in when_problem(r"{folder_exists: \Jnuk}")


def test_it_says_itself_in_words() -> None:
    assert when("{folder_exists: [A, B]}").describe() == "there is a folder A or B"
