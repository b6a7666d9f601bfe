"""Postfix's policy protocol: whatever comes, in whatever pieces."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.policy.protocol import (
    LONGEST_TEXT,
    MOST_BYTES,
    Garbage,
    Request,
    Requests,
    answer,
    requests_in,
    written,
)

ONE = written({"protocol_state": "RCPT", "sender": "a=b@c", "recipient": ""})
TWO = written({"protocol_state": "END-OF-MESSAGE", "unheard_of": "1"})


@given(st.lists(st.integers(0, len(ONE + TWO)), max_size=6))
def test_requests_come_out_however_they_are_split(cuts: list[int]) -> None:
    requests, found, data = Requests(), [], ONE + TWO
    edges = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        found += requests.add(data[start:end])
    assert [one.state for one in found] == ["RCPT", "END-OF-MESSAGE"]
    assert found[0].get("sender") == "a=b@c" and found[0].get("nothing") == ""
    assert not requests.begun


@given(st.lists(st.integers(0, 100), max_size=6))
def test_lines_may_end_in_cr_lf(cuts: list[int]) -> None:
    requests, found, data = Requests(), [], ONE.replace(b"\n", b"\r\n")
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        found += requests.add(data[start:end])
    assert [one.get("sender") for one in found] == ["a=b@c"]


@pytest.mark.parametrize(
    "text",
    [
        b"sender=a@b\n\nsender=c@d\n",
        b"\n\nrequest=smtpd_access_policy\nsender=a@b\n \n\n\nsender=c@d",
        b"\xef\xbb\xbfsender=a@b\r\n\r\n  sender=c@d  \r\n",
    ],
)
def test_what_a_person_wrote_is_understood(text: bytes) -> None:
    assert [one.get("sender") for one in requests_in(text)] == ["a@b", "c@d"]


def test_the_line_that_is_no_attribute_is_shown() -> None:
    with pytest.raises(Garbage, match="'sender: a@b'"):
        requests_in(b"sender: a@b\n")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\n\n\n",
        b"\n\n",
        b"request=smtpd_access_policy\nno equals sign\n\n",
        b"request=something_else\nsender=a\n\n",
        b"x" * (MOST_BYTES + 1),
        b"request=smtpd_access_policy\nsender=" + b"x" * MOST_BYTES + b"\n\n",
    ],
)
def test_garbage_is_told_from_requests(data: bytes) -> None:
    with pytest.raises(Garbage):
        Requests().add(data)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_garbage(data: bytes) -> None:
    with contextlib.suppress(Garbage):
        Requests().add(data)


@given(st.text(max_size=1000))
def test_an_answer_is_one_line_that_fits(text: str) -> None:
    said = answer(f"REJECT {text}").decode()
    assert said.startswith("action=REJECT") and said.endswith("\n\n")
    assert said.count("\n") == 2 and "\r" not in said
    assert len(said) <= LONGEST_TEXT + len("action=\n\n")


@pytest.mark.parametrize(
    ("instance", "session"),
    [("1f2b.65f0aa.12.0", "1f2b.65f0aa.12"), ("1f2b.65f0aa.12.3", "1f2b.65f0aa.12"), ("a", "a")],
)
def test_messages_of_one_session_are_known_to_be_so(instance: str, session: str) -> None:
    assert Request({"instance": instance}).session == session
