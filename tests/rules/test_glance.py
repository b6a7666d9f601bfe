"""A glance at a header must see what going through its fields one by one sees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.message.headers import Headers
from maildrop_py.message.message import BytesSource, Message
from maildrop_py.rules.glance import Glance

from .reading import facts

FIELDS = ("subject", "list-id", "To:Cc:X-To", "x-to", "x", "addresses from", "envelope sender")
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


@settings(max_examples=1000, deadline=None)
@given(heads)
def test_a_glance_sees_what_the_fields_say(head: bytes) -> None:
    asked = facts(Message(BytesSource(head)))
    values, texts = Glance(FIELDS).look(asked.message.headers)
    for name, found in values.items():
        assert found == asked.values(name)
    for field, text in texts.items():
        assert text == asked.folded(field)


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
    values, texts = Glance(["subject"]).look(Headers(head))
    assert values.get("subject") == seen
    assert texts.get("subject") == (None if seen is None else "\n".join(seen).lower())


def test_a_program_without_plain_fields_has_nothing_to_look_for() -> None:
    assert Glance(["addresses from"]).look(Headers(b"From: a@b\n\n")) == ({}, {})
    assert Glance([]).look(Headers(b": a\n\n")) == ({}, {})
