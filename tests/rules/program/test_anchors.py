"""Which text must be there for a condition to hold, and which conditions cannot say."""

from __future__ import annotations

import pytest

from maildrop_py.rules.program.anchors import PRESENT, anchors_of, best
from tests.support.rules_reading import whole_when


@pytest.mark.parametrize(
    ("when", "anchors"),
    [
        ("{subject: hello}", [("subject", "hello")]),
        ("{subject: [hello, world]}", [("subject", "hello"), ("subject", "world")]),
        ("{subject: {contains: Straße}}", [("subject", "strasse")]),
        ("{header: {X-A: {glob: 'a*long?'}}}", [("x-a", "long")]),
        ("{list_id: '^abc'}", [("list-id", "abc")]),
        ("{from: ann@example.org}", [("addresses from", "ann@example.org")]),
        ("{from: '*@example.org'}", [("addresses from", "@example.org")]),
        ("{sender: example.org}", [("envelope sender", "example.org")]),
        ("{extension: shop}", [("envelope extension", "shop")]),
        ("{subject: abc, list_id: longest, size: 5}", [("list-id", "longest")]),
        ("{any: [{subject: abc}, {cc: def ghi}]}", [("subject", "abc"), ("cc", "def ghi")]),
        ("{subject: [hello, '.*']}", []),
        ("{any: [{subject: abc}, {size: 5}]}", []),
        ("{not: {subject: abc}}", []),
        ("{subject: ab}", [("subject", "ab")]),
        ("{subject: a}", []),
        ("{subject: [abc, d]}", []),
        ("{sender: '<>'}", []),
        ("{from: '*@*'}", []),
        ("{size: 5}", []),
        ("{weigh: [{subject: abc, score: 1}]}", []),
        ("{header: {X-A: {exists: true}}}", [("x-a", PRESENT)]),
        ("{header: {X-A: '^.$'}}", [("x-a", PRESENT)]),
        ("{header: {X-A: [a, long enough]}}", [("x-a", PRESENT), ("x-a", "long enough")]),
        ("{header: {X-A: {exists: false}}}", []),
        ("{header: {X-A: {count: 0}}}", []),
        ("{header: {Date: {exists: true}}}", []),
        ("{reply_to: '^.$'}", [("reply-to", PRESENT)]),
        ("{from: '^.$'}", []),
        ("{header: {X-A: {exists: true}}, subject: abc}", [("subject", "abc")]),
    ],
)
def test_anchors(when: str, anchors: list[tuple[str, str]]) -> None:
    assert list(anchors_of(whole_when(when))) == anchors


def test_too_many_anchors_are_none() -> None:
    words = ", ".join(f"word{number:03}x" for number in range(65))
    assert anchors_of(whole_when(f"{{subject: [{words}]}}")) == ()


def test_the_best_anchors_are_the_longest_and_fewest() -> None:
    one, two = (("s", "abcd"),), (("s", "abc"), ("s", "abcdef"))
    three = (("s", "abcd"), ("t", "efgh"))
    assert best([two, (), three, one]) == one
    assert best([(), ()]) == ()
