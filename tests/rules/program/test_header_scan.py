"""One pass over a header must see what asking for its fields one by one sees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.message.headers import Headers
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.program.header_scan import HeaderScan
from maildrop_py.rules.program.index import ANY, Index, look_up
from tests.support.rules_reading import facts

FIELDS = ("subject", "list-id", "To:Cc:X-To", "x-to", "x", "addresses from", "envelope sender")
WORDS = ("plain", "two words", "wor", "a:b", "to: x", "会議", "straße", "=", "x", "plainplain")
INDEX: Index = {
    field: {ANY: {word: 100 * at + number for number, word in enumerate(WORDS)}}
    for at, field in enumerate(FIELDS)
}
NAMES = ("Subject", "SUBJECT", "List-ID", "To", "cc", "X-To", "X", "X-", "Subj", "From", ">From")

names = st.sampled_from(NAMES).map(str.encode)
spaces = st.sampled_from([b"", b"", b" ", b"\t", b"\n ", b"\r\n\t", b"\v", b"\f ", b"\r", b"\0"])
texts = st.one_of(
    st.sampled_from(
        [
            *(b"plain", b"Two words", b"a:b", b"To: x", b"=", b"?=", b"=?x", b"\x7f", b"\x1b"),
            *("会議".encode(), "会議".encode("iso-2022-jp"), "Straße".encode("latin-1")),
            *(b"=?utf-8?q?=41?=", b"=?utf-8?b?w58=?=", b"=\n ?utf-8?q?x?="),
        ]
    ),
    st.binary(max_size=4),
)
ends = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r\r\n", b"\r", b"\n \n", b""])
lines = st.builds(
    lambda name, space, colon, values, gap, end: name + space + colon + gap.join(values) + end,
    *(names, spaces, st.sampled_from([b":", b":", b": ", b""])),
    *(st.lists(texts, max_size=3), spaces, ends),
)
heads = st.builds(
    lambda top, some: top + b"".join(some),
    st.sampled_from([b"", b"\n", b"\r\n\r\n", b"From a@b Sat\n", b"From a: b\n", b" folded\n"]),
    st.lists(lines, max_size=5),
)


@settings(max_examples=500, deadline=None)
@given(heads)
def test_a_scan_sees_what_the_fields_say(head: bytes) -> None:
    asked = facts(Message(BytesSource(head)))
    values, hits, left = HeaderScan(INDEX).scan(asked.message.headers)
    for name, found in values.items():
        assert found == asked.values(name)
    by_field: set[int] = set()
    for field in FIELDS:
        look_up(asked.folded(field), ANY, INDEX[field][ANY], by_field)
    assert hits <= by_field
    assert all(FIELDS[number // 100] in left for number in by_field - hits)


@pytest.mark.parametrize(
    ("head", "seen"),
    [
        (b"Subject: Hello\n\n", ["Hello"]),
        (b"Subject: one\n\ttwo  \nSUBJECT :\r\n three\n\n", ["one two", "three"]),
        (b"X: y\n\n", []),
        (b"Subject:\n\n", [""]),
        (b"Subject: \x1b$B2q5D\x1b(B\n\n", None),
        (b"Subject: =?utf-8?q?x?=\n\n", None),
        (b"Subject: clear\nSubject: \xe9\n\n", None),
        (b"Subject: nul\0\n\n", None),
    ],
)
def test_what_would_have_to_be_decoded_is_left_to_others(
    head: bytes, seen: list[str] | None
) -> None:
    values, hits, left = HeaderScan({"subject": {ANY: {"three": 3}}}).scan(Headers(head))
    assert values.get("subject") == seen
    assert list(left) == ([] if seen is not None else ["subject"])
    assert hits == ({3} if seen and "three" in seen else set())


def test_an_index_without_plain_fields_leaves_all_of_them() -> None:
    scan = HeaderScan({"addresses from": {ANY: {"a@b": 1}}})
    assert scan.scan(Headers(b"From: a@b\n\n")) == ({}, set(), ["addresses from"])
    assert HeaderScan({}).scan(Headers(b": a\n\n")) == ({}, set(), [])
