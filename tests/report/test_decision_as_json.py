"""decision_as_json: all that is done, in order."""

from __future__ import annotations

from typing import Any

from maildrop_py.report.decision_as_json import actions_as_json
from tests.support.rules_reading import decided

ALLOWED = "allow_commands: true\n"


def done(then: str, *more: str) -> list[dict[str, Any]]:
    lines = "".join(f"  - {{then: {each}}}\n" for each in (then, *more))
    return list(actions_as_json(decided(f"{ALLOWED}rules:\n{lines}", "Subject: a\n")))


def test_copies_forwards_and_pipes_stand_in_order_with_their_rules() -> None:
    pipe = "{pipe: {run: [tee, a b], environment: {X: y}, part: body}, continue: true}"
    forward = "{forward: a@example.com, continue: true}"
    found = done("{copy: A}", forward, pipe, "{file: B, flags: [seen, $Work]}")
    of = {"changed": False}
    assert found == [
        {"do": "file", "folder": "A", "flags": [], "rule": "rule 1", **of},
        {"do": "forward", "to": "a@example.com", "rule": "rule 2", **of},
        {
            "do": "pipe",
            "run": ["tee", "a b"],
            "environment": {"X": "y"},
            "part": "body",
            "rule": "rule 3",
            **of,
        },
        {"do": "file", "folder": "B", "flags": ["seen", "$Work"], "rule": "rule 4", **of},
    ]


def test_header_edits_come_first() -> None:
    found = done(
        "{add_header: {X-A: b, X-C: {text: d, at: end}}, remove_header: X-E, "
        "rename_header: {Subject: Old}}"
    )
    assert [each["do"] for each in found] == [
        *("remove_header", "rename_header", "add_header", "add_header", "file")
    ]
    assert found[1] == {"do": "rename_header", "name": "Subject", "to": "Old"}
    assert found[2:4] == [
        {"do": "add_header", "name": "X-A", "text": "b", "at": "top"},
        {"do": "add_header", "name": "X-C", "text": "d", "at": "end"},
    ]


def test_a_message_that_was_edited_at_once_is_another_one() -> None:
    assert done("{add_header: {X-A: b}, now: true}")[-1]["changed"]


def test_answers_and_why_there_is_none_come_last() -> None:
    last = done("{reply: thanks}")[-1]
    assert last["do"] == "reply"
    assert last["silence"] == "the envelope sender is not known"
    told = done("{notify: {to: phone@example.net, text: hello}}")[-1]
    assert told == {
        "do": "notify",
        "to": "phone@example.net",
        "rule": "rule 1",
        "subject": "hello",
        "text": "hello",
    }


def test_what_is_not_delivered_says_so() -> None:
    assert done("{discard: true}") == [{"do": "discard"}]
    assert done("{copy: A}", "{reject: go away}")[-1] == {"do": "reject", "text": "go away"}
    assert done("{copy: A}", "{defer: later}") == [{"do": "defer", "text": "later"}]
    assert done("{learn: spam, file: Junk}")[-1] == {"do": "learn", "as": "spam"}
