"""The one place where rules, evidence and a clock meet."""

from __future__ import annotations

from pathlib import Path
from time import gmtime, struct_time

import pytest

from maildrop_py.decision import decider as module
from maildrop_py.decision.decider import Decider, World, user_world
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.memory import MANY
from maildrop_py.errors import Temporary
from maildrop_py.evidence.store import Store
from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.message.message_file import StatedFile
from maildrop_py.rules.program.compiler import compile_rules
from tests.support.rules_reading import NOBODY, NOW, mail, rules_of

LISTS = """
rules:
  - {name: spam, when: {subject: sale}, then: {file: Junk}}
  - {name: list, when: {list_id: '^(?P<list>\\w+)'}, then: {file: 'Lists/{list}'}}
"""
NO_WORLD = World()


def decider_of(rules: str) -> Decider:
    return Decider(compile_rules(rules_of(rules)), lambda: NOW, gmtime)


def folder(decider: Decider, head: str, filed: StatedFile | None = None) -> str:
    decision, _ = decider.decide(mail(head, file=filed), NOBODY, NO_WORLD)
    return decision.filings[0].folder


@pytest.mark.parametrize("before", [1, MANY + 1])
def test_each_message_goes_to_its_own_list(before: int) -> None:
    """A decision with a value of the message in it is never used for another message."""
    decider = decider_of(LISTS)
    for _ in range(before):
        assert folder(decider, "List-Id: <first.example.org>") == "Lists/first"
    assert folder(decider, "List-Id: <second.example.org>") == "Lists/second"


@pytest.mark.parametrize(
    "then", ["copy: 'L/{l}'", "add_header: {X-L: '{l}'}", "forward: '{l}@b.c'"]
)
def test_no_action_keeps_the_value_of_another_message(then: str) -> None:
    text = f"rules: [{{when: {{subject: '^(?P<l>\\w+)'}}, then: {{{then}, file: A}}}}]"
    text = text.replace("forward: '{l}@b.c', file: A", "forward: '{l}@b.c'")
    decider = decider_of(text)
    first, second = (
        decider.decide(mail(f"Subject: {word}"), NOBODY, NO_WORLD)[0] for word in ("cats", "dogs")
    )
    assert "cats" in repr(first) and "dogs" in repr(second) and "cats" not in repr(second)


@pytest.mark.parametrize("then", ["filter: [cat]", "set: {a: {output: [cat]}}"])
def test_programs_are_asked_for_each_message(then: str) -> None:
    rules = f"rules: [{{when: {{subject: x}}, then: {{{then}, file: A}}}}]"
    decider = decider_of(f"allow_commands: true\n{rules}")
    first, second = (decider.decide(mail("Subject: x"), NOBODY, NO_WORLD)[0] for _ in range(2))
    assert first is not second


def test_a_decision_without_values_is_made_once() -> None:
    decider = decider_of(LISTS)
    first, second = (decider.decide(mail("Subject: sale"), NOBODY, NO_WORLD)[0] for _ in range(2))
    assert first is second and first.rule == "spam"


def test_what_stays_stays_in_its_own_folder() -> None:
    decider = decider_of(LISTS)
    for name in ("A", "B", "A"):
        assert folder(decider, "X: y", StatedFile(name)) == name
    assert folder(decider, "X: y") == "INBOX"


def test_headers_are_scanned_in_one_pass_after_many_messages() -> None:
    decider = decider_of(LISTS)
    for number in range(3 * MANY):
        assert folder(decider, f"List-Id: <l{number}.a>\nSubject: x") == f"Lists/l{number}"
        assert folder(decider, "Subject: sale") == "Junk"


def test_the_calendar_is_handed_in() -> None:
    def far(seconds: float) -> struct_time:
        return gmtime(seconds + 365 * 86400)

    program = compile_rules(rules_of("rules: [{then: {file: 'Y/{year}-{month}-{day}'}}]"))
    assert folder(Decider(program, lambda: NOW, gmtime), "X: y") == "Y/2026-09-21"
    assert folder(Decider(program, lambda: NOW, far), "X: y") == "Y/2027-09-21"


def test_mail_that_is_filed_is_no_duplicate_of_itself(tmp_path: Path) -> None:
    text = "rules: [{when: {duplicate: true}, then: {file: Twice}}]"
    decider = Decider(compile_rules(rules_of(text)))
    world = user_world(str(tmp_path))
    for expected in ("INBOX", "Twice"):
        decision, evidence = decider.decide(mail("Message-ID: <a@b>"), NOBODY, world)
        assert decision.filings[0].folder == expected
        evidence.delivered()
    filed = mail("Message-ID: <a@b>", file=StatedFile("INBOX"))
    assert decider.decide(filed, NOBODY, world)[0].filings[0].folder == "INBOX"


def test_a_dry_run_leaves_the_store_as_it_is(tmp_path: Path) -> None:
    world = user_world(str(tmp_path), remember=False)
    text = "rules: [{when: {duplicate: true}, then: {file: Twice}}]"
    _, evidence = Decider(compile_rules(rules_of(text))).decide(
        mail("Message-ID: <a@b>"), NOBODY, world
    )
    evidence.delivered()
    assert list(tmp_path.iterdir()) == []
    assert isinstance(world.store, Store)


def test_what_is_learnt_is_kept_unless_it_is_a_dry_run(tmp_path: Path) -> None:
    world = user_world(str(tmp_path))
    assert (world.offline, world.may_wait, world.scan) == (False, True, True)
    text = "rules: [{when: {duplicate: true}, then: {file: Twice}}]"
    _, evidence = Decider(compile_rules(rules_of(text))).decide(
        mail("Message-ID: <a@b>"), NOBODY, world
    )
    evidence.delivered()
    assert [path.name for path in tmp_path.glob("*.sqlite")] == ["evidence.sqlite"]
    assert user_world(str(tmp_path), offline=True).offline


NEXT_WAITS = """
rules:
  - {when: {subject: sale}, then: {file: Junk}}
  - {when: {subject: twice, duplicate: true}, then: {file: Twice}}
  - {when: {subject: cheap, body: pills}, then: {file: Cheap}}
"""


@pytest.mark.parametrize(
    ("subject", "waits"), [("sale", False), ("twice", True), ("cheap", False), ("other", False)]
)
def test_who_decides_knows_whether_the_header_was_enough(
    subject: str, waits: bool, tmp_path: Path
) -> None:
    decider = decider_of(NEXT_WAITS)
    assert not decider.waits
    for head, expected in ((f"Subject: {subject}", waits), ("Subject: sale", False)):
        message = mail(f"{head}\nMessage-ID: <a@b>")
        decision, _ = decider.decide_arrival(message, NOBODY, user_world(str(tmp_path)), print)
        assert decider.waits == expected
        assert decision.trace == ()


def failing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> Decider:
    def fail(*arguments: object) -> Decision:
        raise error

    monkeypatch.setattr(module, "decide", fail)
    return decider_of(LISTS)


def test_a_fault_of_ours_sends_new_mail_to_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    decider = failing(AttributeError("a bug"), monkeypatch)
    decision, evidence = decider.decide_arrival(mail("A: b"), NOBODY, NO_WORLD, warnings.append)
    assert decision == Decision((Filing("INBOX"),)) and evidence.warnings == []
    assert warnings == ["deciding failed, to INBOX: AttributeError: a bug"]
    assert decider.waits  # nobody knows what the next message will meet


@pytest.mark.parametrize(
    "error", [Temporary("later"), OSError(5, "disk"), MemoryError(), WouldWait()]
)
def test_what_may_work_later_is_raised(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    decider = failing(error, monkeypatch)
    with pytest.raises(type(error)):
        decider.decide_arrival(mail("A: b"), NOBODY, NO_WORLD, print)


def test_mail_that_is_filed_is_not_moved_by_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(AttributeError):
        failing(AttributeError("a bug"), monkeypatch).decide(mail("A: b"), NOBODY, NO_WORLD)


def test_who_may_not_wait_is_told_so() -> None:
    decider = decider_of("rules: [{when: {duplicate: true}, then: {file: A}}]")
    with pytest.raises(WouldWait):
        decider.decide(mail("Message-ID: <a@b>"), NOBODY, World(may_wait=False))
