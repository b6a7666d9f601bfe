"""A decision: the rules from top to bottom, and nothing but them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Forward
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.message_file import StatedFile
from maildrop_py.record import replace
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.compiler import compile_rules
from tests.support.rules_reading import NOBODY, NOW, Answers, decided, mail, rules_of


def test_without_rules_mail_goes_to_inbox() -> None:
    assert decided("rules: []", "A: b") == Decision((Filing("INBOX"),))


def test_the_first_final_rule_ends_the_run() -> None:
    rules = """
        rules:
          - {name: no, when: {subject: other}, then: {file: A}}
          - {name: yes, when: {subject: hello}, then: {file: B}}
          - {name: late, when: {subject: hello}, then: {file: C}}
    """
    decision = decided(rules, "Subject: hello")
    assert decision.actions == (Filing("B", rule="yes"),)
    assert decision.rule == "yes"
    assert [(one.rule, one.because) for one in decision.reasons] == [
        ("yes", "header Subject matches /hello/")
    ]


def test_rules_that_go_on_are_reasons_too() -> None:
    rules = "rules: [{name: a, then: {score: 1}}, {name: b, then: {flags: [seen], copy: C}}]"
    decision = decided(rules)
    assert decision.rule is None
    assert [(one.rule, one.because) for one in decision.reasons] == [
        ("a", "it is for every message"),
        ("b", "it is for every message"),
    ]


def test_everything_that_rules_may_do_comes_together() -> None:
    rules = """
        rules:
          - {name: mark, then: {flags: [flagged, $Work], score: 1.5}}
          - {name: keep, then: {copy: Archive, add_header: {X-A: b}, remove_header: X-B}}
          - {name: on, then: {forward: me@example.org, continue: true}}
          - {name: end, then: {file: Work, flags: [seen]}}
    """
    decision = decided(rules)
    assert replace(decision, reasons=()) == Decision(
        actions=(
            Filing("Archive", rule="keep"),
            Forward("me@example.org", "on"),
            Filing("Work", "FS", ("$Work",), "end"),
        ),
        add_headers=(("X-A", "b"),),
        remove_headers=("X-B",),
        rule="end",
        score=1.5,
    )
    assert [filing.folder for filing in decision.filings] == ["Archive", "Work"]


@pytest.mark.parametrize("when", ["{duplicate: true}", "{not: {duplicate: true}}"])
def test_a_rule_whose_answer_is_unknown_does_not_fire(when: str) -> None:
    rules = f"rules: [{{when: {when}, then: {{discard: true}}}}]"
    decision = decided(rules, "Message-ID: <x@y>", evidence=Answers(None))
    assert decision.filings[0].folder == "INBOX"


def test_filed_mail_that_no_rule_moves_stays_where_it_is() -> None:
    rules = "rules: [{then: {flags: [seen]}}]"
    decision = decided(rules, mail("A: b", file=StatedFile("Lists/python", "F")))
    assert decision.actions == (Filing("Lists/python", "S"),)


def test_one_message_leaves_no_trace_in_the_next() -> None:
    program = compile_rules(
        rules_of(
            """
            rules:
              - {when: {subject: '(?P<s>\\w+)'}, then: {set: {topic: '{s}'}, score: 1}}
              - {then: {file: 'T{topic}'}}
            """
        )
    )
    first, second = (
        decide(mail(head), NOBODY, Answers(), program, NOW) for head in ("Subject: a", "X: y")
    )
    assert (first.filings[0].folder, first.score) == ("Ta", 1.0)
    assert (second.filings[0].folder, second.score) == ("T_", None)


HOSTILE = {
    "../../../etc/passwd": "Lists/_.._.._etc_passwd",
    "..": "Lists/_",
    "": "Lists/_",
    "cur": "Lists/_",
    "a/b.c": "Lists/a_b.c",
    "-rf *": "Lists/-rf _",
    "x\0y": "Lists/x y",
    "\u202efdp.exe": "Lists/fdp.exe",
    "a" * 10_000: "Lists/" + "a" * 80,
}


@pytest.mark.parametrize(("list_id", "folder"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_no_list_takes_mail_out_of_its_folder(list_id: str, folder: str) -> None:
    rules = "layout: fs\nrules: [{when: {list_id: '^(?P<l>.*)$'}, then: {file: 'Lists/{l}'}}]"
    assert decided(rules, f"List-Id: <{list_id}>").filings[0].folder == folder


class Counting(Evidence):
    """Counts how often it is asked for a program's status."""

    def __init__(self) -> None:
        super().__init__(mail(""), NOBODY, Settings())
        self.asked = 0

    def command(self, argv: tuple[str, ...]) -> int | None:
        self.asked += 1
        return 0


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("{command: [x], subject: hello}", 1),
        ("{command: [x], subject: other}", 0),
        ("{any: [{command: [x]}, {subject: hello}], subject: other}", 0),
        ("{not: {command: [x]}, subject: other}", 0),
    ],
)
def test_what_is_costly_is_asked_only_where_it_matters(when: str, asked: int) -> None:
    rules = f"allow_commands: true\nrules: [{{when: {when}, then: {{file: A}}}}]"
    evidence = Counting()
    decided(rules, "Subject: hello", evidence=evidence)
    assert evidence.asked == asked


def test_an_explanation_holds_every_rule_that_was_reached() -> None:
    rules = """
        rules:
          - {name: no, when: {subject: other, size: '> 1GB'}, then: {file: A}}
          - {name: unknown, when: {duplicate: true}, then: {file: B}}
          - {name: yes, when: {any: [{subject: x}, {subject: hello}]}, then: {file: C}}
          - {name: late, then: {file: D}}
    """
    message = "Subject: hello\nMessage-ID: <x@y>"
    decision = decided(rules, message, evidence=Answers(None), explain=True)
    found = [(one.rule.name, one.outcome and one.outcome.held, one.fired) for one in decision.trace]
    assert found == [("no", False, False), ("unknown", None, False), ("yes", True, True)]
    first = decision.trace[0].outcome
    assert first is not None
    assert [answer is not None and answer.held for _, answer in first.children] == [False, False]
    assert decided(rules, message, evidence=Answers(None)).trace == ()
    program = compile_rules(rules_of(rules))
    assert decide(mail(message), NOBODY, Answers(None), program, NOW).trace == ()


def test_rules_for_every_message_have_no_outcome_to_explain() -> None:
    (trace,) = decided("rules: [{then: {file: A}}]", explain=True).trace
    assert trace.outcome is None and trace.fired


PURE = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/tests"]
from maildrop_py.record import replace
from tests.support.rules_reading import NOBODY, NOW, Answers, compile_rules, decide, mail, rules_of
program = compile_rules(rules_of(sys.stdin.read()))
def once():
    message = mail("Subject: hello\\nList-Id: <a.b>\\nX-Spam-Status: No, score=1", "body")
    return decide(message, NOBODY, Answers(), program, NOW, True)
expected = once()
def refuse(event, arguments):
    if event.partition(".")[0] in ("open", "os", "socket", "subprocess", "syslog", "shutil"):
        raise RuntimeError(event)
sys.addaudithook(refuse)
assert replace(once(), trace=()) == replace(expected, trace=())
print("pure")
"""


def test_deciding_touches_nothing() -> None:
    """No file, no socket, no process, as the interpreter's own auditing sees it."""
    rules = """
        rules:
          - {when: {list_id: '^(?P<l>\\w+)', body: body}, then: {copy: 'L/{l}-{year}'}}
          - {when: {spam_score: '< 2', from_daemon: false}, then: {score: 1, flags: [seen]}}
          - {when: {subject: 'h(.*)'}, then: {file: A, add_header: {X: y}}}
    """
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PURE, root], input=rules, capture_output=True, text=True
    )
    assert done.stdout == "pure\n", done.stderr


@pytest.mark.parametrize(
    ("head", "filed", "folder"),
    [
        ("Date: Mon, 2 Mar 2015 12:00:00 +0000", None, "2015/03/02"),
        ("Date: Thu, 31 Dec 2009 23:30:00 -0200", None, "2010/01/01"),
        ("Date: Mon, 2 Mar 2015 12:00:00 +0000", StatedFile("A", mtime=NOW), "2015/03/02"),
        ("Date: nonsense", StatedFile("A", mtime=86400.0), "1970/01/02"),
        ("Date: Mon, 1 Jan 99999 00:00:00 +0000", None, "2026/09/21"),
        ("X: y", None, "2026/09/21"),
    ],
)
def test_the_date_of_the_message_itself(head: str, filed: StatedFile | None, folder: str) -> None:
    """In the time of the calendar; when it arrived where it does not say."""
    rules = "rules: [{then: {file: '{date.year}/{date.month}/{date.day}'}}]"
    assert decided(rules, mail(head, file=filed)).filings[0].folder == folder


@pytest.mark.parametrize(
    ("head", "folder"),
    [
        ("X-Spam-Flag: YES", "Spam-YES"),
        ("A: b", "Spam-_"),
    ],
)
def test_a_template_says_what_the_spam_filter_flagged(head: str, folder: str) -> None:
    (filing,) = decided("rules: [{then: {file: 'Spam-{spam_flag}'}}]", head).filings
    assert filing.folder == folder


class Printing(Answers):
    """Evidence whose programs print two lines."""

    def output(self, call: object, source: object) -> str | None:
        return "first\nsecond\n"


def test_a_program_gives_a_template_its_first_line() -> None:
    rules = """
        allow_commands: true
        rules:
          - then: {set: {printed: {output: [program]}}}
          - then: {file: "{printed}"}
    """
    (filing,) = decided(rules, "A: b", evidence=Printing()).filings
    assert filing.folder == "first"
