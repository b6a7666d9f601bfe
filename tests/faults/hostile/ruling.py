"""ruling: rules files with anything in them; either they can be used, or every mistake is named."""

from __future__ import annotations

import json

from maildrop_py.decision.decide import decide
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rule_error import RuleError
from maildrop_py.rules.actions import ACTIONS
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.program.compiler import compile_rules
from tests.faults.hostile.target import Target

MAIL = b"From: Ann <ann@example.org>\nSubject: =?utf-8?q?caf=C3=A9?=\nList-Id: <a.b>\n\nhello\n"


def rules(data: bytes) -> None:
    """A RuleError with places, or rules that decide, twice alike, and describe themselves."""
    try:
        found = load_text(str(data, "utf-8", "replace"))
    except RuleError as error:
        assert error.problems
        assert all(one.line > 0 and one.column > 0 and one.text for one in error.problems)
        return
    program = compile_rules(found)
    envelope = Envelope(sender="ann@example.org", recipient="bert@example.com")
    decisions = []
    for explain in (False, False, True):
        message = Message(BytesSource(MAIL))
        evidence = Evidence(message, envelope, program.settings, offline=True)
        decisions.append(decide(message, envelope, evidence, program, 1_790_000_000.0, explain))
    first, second, explained = decisions
    assert first == second
    assert first.actions == explained.actions and first.reject == explained.reject
    for trace in explained.trace:
        assert trace.rule.name


TARGETS = (
    Target(
        "rules",
        rules,
        (
            *(
                b"rules:\n",
                b"- ",
                b"\n  ",
                b"\n    ",
                b": ",
                b", ",
                b"{",
                b"}",
                b"[",
                b"]",
                b"'",
                b'"',
            ),
            *(b"when: ", b"then: ", b"name: ", b"include: ", b"examples: ", b"maildir: ~/M\n"),
            *(
                b"  - when: {subject: x}\n    then: {file: A}\n",
                b"(?P<a>.*)",
                b"(",
                b"*",
                b"\\",
                b"&a ",
                b"*a",
            ),
            *(
                b"!!python/object:os.system ",
                b"<<: ",
                b"? ",
                b"| \n",
                b"layout: fs\n",
                b"true",
                b"1e999",
            ),
            *(f"{name}: ".encode() for name in (*CONDITIONS, *ACTIONS)),
            *(json.dumps(text).encode() for text in (">= 5", "{a|lower}", "*@example.org", "../x")),
        ),
        growing=(
            *(
                b"  - {when: {subject: x}, then: {file: A}}\n",
                b"  - when:\n",
                b"  -\n",
                b" ",
                b"#\n",
            ),
            *(b"  - {when: {list_id: 'a+'}, then: {file: A}}\n", b"  - {then: {discard: true}}\n"),
        ),
        before=b"rules:\n",
    ),
    Target(
        "pattern",
        lambda data: rules(
            b"rules: [{when: {subject: "
            + json.dumps(str(data, "utf-8", "replace")).encode()
            + b"}, then: {file: '{a}'}}]"
        ),
        (
            b"(",
            b")",
            b"(?P<a>",
            b"(?i)",
            b"(?:",
            b"|",
            b"*",
            b"+",
            b"?",
            b"{2,9}",
            b"{1000}",
            b"[",
            b"]",
            b"^",
            b"$",
            b"\\b",
            b"\\pL",
            b"\\1",
            b"(?=",
            b".",
            b"caf",
            b"\xc3\xa9",
            b"[[:alpha:]]",
            b"\\Q",
        ),
        growing=(b"a|", b"(", b"a*", b"(a)", b"[a]", b".", b"\\w", b"(?:a|b)", b"^"),
    ),
)
