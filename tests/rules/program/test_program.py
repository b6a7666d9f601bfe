"""Going through the index must come to what trying every rule comes to."""

from __future__ import annotations

import json
from binascii import b2a_base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.decision.decide import decide
from maildrop_py.decision.memory import MANY, Memory
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message_file import StatedFile
from maildrop_py.record import replace
from maildrop_py.rules.program.compiler import compile_rules
from maildrop_py.rules.program.index import FEW
from maildrop_py.rules.program.program import Program, no_rules
from tests.support.rules_reading import NOW, Answers, decided, facts, mail, rules_of

WORDS = [
    "sale",
    "ſale",
    "Straße",
    "STRASSE",
    "会議資料",
    "Kelvin",
    "\u212aelvin",
    "ab",
    "İzmir",
    "plain",
]
DOMAINS = ["example.org", "a.example.org", "例え.jp", "xn--r8jz45g.jp", "Example.COM"]
LOCALS = ["joe", "Joe", "ann-x", "strasse", "straße"]
HEADERS = ["Subject", "X-Mailer", "List-Id", "From", "To", "Cc", "Delivered-To"]
SIGNS = ["Auto-Submitted", "X-BeenThere", "Precedence"]

words = st.sampled_from(WORDS)
addresses = st.builds("{}@{}".format, st.sampled_from(LOCALS), st.sampled_from(DOMAINS))
expressions = st.one_of(
    words,
    st.builds("{}|{}".format, words, words),
    st.builds("^{}".format, words),
    st.builds("(?P<who>{}).*{}?".format, words, words),
    st.builds("({})+".format, words),
    st.sampled_from([r"\w+", ".", "^$"]),
)
texts = st.one_of(
    expressions,
    st.builds(lambda kind, word: {kind: word}, st.sampled_from(["is", "contains"]), words),
    st.builds(lambda word: {"glob": f"*{word}*"}, words),
    st.builds(lambda word: {"glob": f"?{word[1:]}*"}, words),
    st.lists(expressions, min_size=1, max_size=3),
)
who = st.one_of(
    addresses,
    st.sampled_from(DOMAINS),
    st.sampled_from(["." + domain for domain in DOMAINS]),
    st.sampled_from(["*@" + domain for domain in DOMAINS] + ["j?e@*", "<>"]),
    st.lists(st.one_of(addresses, words), min_size=1, max_size=3),
)
plain = st.one_of(
    st.builds(lambda name, test: {"header": {name: test}}, st.sampled_from(HEADERS), texts),
    st.builds(lambda name, test: {name: test}, st.sampled_from(["subject", "list_id"]), texts),
    st.builds(
        lambda name, test: {name: test},
        st.sampled_from(["from", "to", "cc", "sender", "recipient"]),
        who,
    ),
    st.builds(lambda test: {"extension": test}, texts),
    st.builds(lambda name: {"header": {name: {"exists": True}}}, st.sampled_from(HEADERS)),
    st.sampled_from([{"spam_score": ">= 2"}, {"from_daemon": False}, {"duplicate": True}]),
    st.sampled_from([{"mailing_list": True}, {"auto_submitted": True}, {"bulk": True}]),
)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda items: {"any": items}, some),
        st.builds(lambda items: {"all": items}, some),
        st.builds(lambda item: {"not": item}, inner),
        st.builds(
            lambda items: {"weigh": [{**item, "score": 1} for item in items], "total": ">= 1"},
            some,
        ),
        st.builds(lambda one, other: {**one, **other}, inner, inner),
    )


whens = st.recursive(plain, nested, max_leaves=5)
thens = st.sampled_from(
    [
        {"file": "A"},
        {"file": "B", "flags": ["seen"], "continue": True},
        {"file": "C/{seen}"},
        {"flags": ["flagged", "$Work"]},
        {"score": 1},
        {"copy": "D", "set": {"seen": "{user}"}},
        {"discard": True},
    ]
)
rule_lists = st.lists(st.builds(lambda w, t: {"when": w, "then": t}, whens, thens), max_size=6)


def raw_japanese(text: str) -> bytes:
    return text.encode("iso-2022-jp", "replace")


def encoded_word(text: str) -> bytes:
    return b"=?UTF-8?B?" + b2a_base64(text.encode(), newline=False) + b"?="


WRITINGS = [str.encode, raw_japanese, encoded_word]
GAPS = [b" ", b"\n ", b"\r\n\t", b"\t", b"\0", b" <", b"@", b"\r"]
values = st.builds(
    lambda parts, write, gap: gap.join(map(write, parts)),
    st.lists(st.one_of(words, addresses), min_size=1, max_size=3),
    st.sampled_from(WRITINGS),
    st.sampled_from(GAPS),
)
heads = st.lists(
    st.builds(
        lambda name, value: name.encode() + b": " + value,
        st.sampled_from(HEADERS + SIGNS),
        st.one_of(values, st.just(b"")),
    ),
    max_size=6,
)
envelopes = st.builds(
    Envelope,
    sender=st.one_of(st.none(), st.just(""), addresses),
    recipient=st.one_of(st.none(), addresses),
    extension=st.one_of(st.none(), words),
)


def memory_of_many(program: Program) -> Memory:
    """What is kept after many messages, when headers are scanned in one pass."""
    memory = Memory()
    for _ in range(MANY):
        scan = memory.header_scan(program.index)
    assert scan is not None
    return memory


@settings(max_examples=150, deadline=None)
@given(rule_lists, st.lists(heads, min_size=1, max_size=4), envelopes)
def test_decisions_do_not_depend_on_the_messages_before(
    rules: list[Any], written: list[list[bytes]], envelope: Envelope
) -> None:
    """What is kept from one message to the next must not change a decision."""
    known = {"when": {"size": "< 0"}, "then": {"set": {"seen": "x"}}}
    text = json.dumps({"rules": [known, *rules]})
    program = compile_rules(rules_of(text))
    memory = memory_of_many(program)
    for head in written * 2:
        for filed in (None, StatedFile("INBOX"), StatedFile("Old", "S")):
            message = mail(b"\n".join(head), file=filed)
            fast = decide(message, envelope, Answers(), program, NOW, memory=memory)
            slow = decided(text, message, envelope, explain=True)
            assert replace(slow, trace=()) == fast


@settings(max_examples=150, deadline=None)
@given(rule_lists, heads, envelopes, st.sampled_from([None, True, False]))
def test_the_index_never_changes_a_decision(
    rules: list[Any], head: list[bytes], envelope: Envelope, duplicate: bool | None
) -> None:
    """With `explain` every rule is tried, in order: the two must agree."""
    known = {"when": {"size": "< 0"}, "then": {"set": {"seen": "x"}}}  # so that {seen} is a name
    text = json.dumps({"rules": [known, *rules]})
    message = mail(b"\n".join(head))
    fast = decided(text, message, envelope, Answers(duplicate))
    slow = decided(text, message, envelope, Answers(duplicate), explain=True)
    assert replace(slow, trace=()) == fast


@pytest.mark.parametrize("write", WRITINGS)
@pytest.mark.parametrize("gap", GAPS)
def test_the_index_finds_every_word_however_it_is_written(write: Any, gap: bytes) -> None:
    for word in WORDS:
        rules = [
            {"when": {"header": {name: word}}, "then": {"file": name, "continue": True}}
            for name in HEADERS
        ]
        text = json.dumps({"rules": rules})
        program = compile_rules(rules_of(text))
        for name in HEADERS:
            message = mail(name.encode() + b": " + write(word) + gap + write("end"))
            fast, slow = decided(text, message), decided(text, message, explain=True)
            assert fast.filings == slow.filings
            message = mail(name.encode() + b": " + write(word) + gap + write("end"))
            memory = memory_of_many(program)
            fast = decide(message, Envelope(), Answers(), program, NOW, memory=memory)
            assert fast.filings == slow.filings


@pytest.mark.parametrize(
    ("line", "candidates", "folders"),
    [
        ("X-Mark:", [0, 1], ["A", "INBOX"]),
        ("x-mark: yes", [0, 1], ["A", "B", "INBOX"]),
        ("X-MARK:\n =?utf-8?Q?=E9?=", [0, 1], ["A", "B", "INBOX"]),
        ("X-Marked: yes", [], ["INBOX"]),
        ("Subject: X-Mark: yes", [], ["INBOX"]),
        ("X-Mailer: x", [2], ["C"]),
        ("X-ML-Name: x", [3], ["D"]),
        ("To: Multiple recipients of list a <a@example.org>", [3], ["D"]),
    ],
)
def test_a_header_that_must_be_there_is_looked_for_whatever_it_says(
    line: str, candidates: list[int], folders: list[str]
) -> None:
    text = """
        rules:
          - {when: {header: {X-Mark: {exists: true}}}, then: {copy: A}}
          - {when: {header: {X-Mark: '.'}}, then: {copy: B}}
          - {when: {any: [{header: {X-Mailer: '^x$'}}, {subject: abc}]}, then: {file: C}}
          - {when: {mailing_list: true}, then: {file: D}}
    """
    program = compile_rules(rules_of(text))
    assert program.candidates(facts(line)) == candidates
    for memory in (None, memory_of_many(program)):
        decision = decide(mail(line), Envelope(), Answers(), program, NOW, memory=memory)
        assert [filing.folder for filing in decision.filings] == folders


@pytest.mark.parametrize("count", [FEW - 1, FEW + 1, 10 * FEW])
def test_few_rules_are_tried_however_many_there_are(count: int) -> None:
    rules = [f"{{when: {{list_id: '^list{n}\\.'}}, then: {{file: L{n}}}}}" for n in range(count)]
    text = f"rules: [{', '.join(rules)}]"
    program = compile_rules(rules_of(text))
    found = program.candidates(facts("List-Id: A list <list7.example.org>"))
    assert found == [7]
    message = f"List-Id: <list{count - 1}.example.org>"
    assert decided(text, message).filings[0].folder == f"L{count - 1}"


def test_candidates_come_in_the_order_of_the_file() -> None:
    text = """
        rules:
          - {when: {subject: zebra}, then: {score: 1}}
          - {when: {size: '> 0'}, then: {score: 2}}
          - {when: {subject: apple}, then: {score: 4}}
          - {then: {file: Rest}}
    """
    program = compile_rules(rules_of(text))
    assert program.candidates(facts("Subject: apple zebra")) == [0, 1, 2, 3]
    assert program.candidates(facts("Subject: neither")) == [1, 3]


def test_single_letters_are_not_looked_up() -> None:
    program = compile_rules(rules_of("rules: [{when: {subject: a}, then: {file: X}}]"))
    assert program.always == (0,) and program.index == {}
    program = compile_rules(rules_of("rules: [{when: {header: {X-A: a}}, then: {file: X}}]"))
    assert program.candidates(facts("Subject: a")) == []
    assert program.candidates(facts("X-A: b")) == [0]


def test_long_literals_are_told_apart_by_more_than_their_beginning() -> None:
    rules = [
        f"{{when: {{subject: report-of-one-certain-group-{n:04}}}, then: {{file: F}}}}"
        for n in range(FEW + 1)
    ]
    program = compile_rules(rules_of(f"rules: [{', '.join(rules)}]"))
    assert program.candidates(facts("Subject: report-of-one-certain-group-0007")) == [7]


def test_header_names_cannot_be_taken_for_fields_of_the_envelope() -> None:
    """Only names with a blank are, and no header's name has one."""
    text = "rules: [{when: {header: {'@from': joe@example.org}}, then: {file: X}}]"
    assert decided(text, "@From: joe@example.org").filings[0].folder == "X"


def test_rules_are_unpacked_once() -> None:
    program = compile_rules(rules_of("rules: [{when: {subject: abc}, then: {file: X}}]"))
    assert program.rule(0) is program.rule(0)
    assert len(program) == 1


def test_no_rules_is_a_program_too() -> None:
    assert no_rules().candidates(facts("Subject: x")) == []


def test_a_program_names_the_dns_lists_that_rules_ask_however_deep() -> None:
    """So that all of them can be asked together, when the first is."""
    rules = """
rules:
  - {when: {dnsbl: [a.example, {zone: b.example, codes: 2}]}, then: {score: 1}}
  - {when: {any: [{all: {dnsbl: c.example}}, {not: {dnsbl: a.example}}]}, then: {score: 1}}
  - {when: {weigh: [{dnsbl: d.example, score: 1}], total: 1}, then: {score: 1}}
  - {then: {file: INBOX}}
"""
    program = compile_rules(rules_of(rules))
    assert program.zones == ("a.example", "b.example", "c.example", "d.example")
    assert program.state()[-1] == program.zones
    assert no_rules().zones == ()
