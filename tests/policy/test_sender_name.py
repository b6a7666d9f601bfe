"""Senders without what changes from one message to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.policy.sender_name import normal_sender

SAME = [
    (
        "0100017fabc12345-9f1c2d3e-aaaa-4bbb-8ccc-1234567890ab-000000@amazonses.example",
        "0100018fdef54321-0a1b2c3d-feed-4a1b-9c2d-ba0987654321-000000@amazonses.example",
    ),
    ("list-bounces+ann=a.example@l.example", "list-bounces+bob=b.example@l.example"),  # Mailman
    ("list-return-12-ann=a.example@l.example", "list-return-987-bob=b.example@l.example"),  # ezmlm
    ("bounce-12345-9@l.example", "bounce-7-1000@l.example"),
    ("0100018abcdef012-1234abcd@mail.example", "0100018ffffff012-0000abcd@mail.example"),
    ("prvs=12345abcde=ann@a.example", "prvs=54321fedcb=ann@a.example"),  # BATV
    ("prvs=ann=12345abcde@a.example", "ann@a.example"),
    ("SRS0=hash=tt=a.example=ann@f.example", "SRS0=HHHH=zz=a.example=ann@f.example"),
    ("SRS0+hash=tt=a.example=ann@f.example", "SRS0-HHHH=zz=a.example=ann@f.example"),
    ("SRS1=h=g.example==h2=t=a.example=ann@f", "SRS1=x=g.example==y2=u=a.example=ann@f"),
    ("Ann@A.Example", "ann@a.example"),
]
OTHERS = [
    ("ann@a.example", "bob@a.example"),
    ("ann@a.example", "ann@b.example"),
    ("SRS0=h=t=a.example=ann@f.example", "SRS0=h=t=b.example=ann@f.example"),
    ("news-bounces+x=a@l.example", "jobs-bounces+x=a@l.example"),
    ("prvs=12345abcde=ann@a.example", "prvs=12345abcde=bob@a.example"),
    ("", "mailer-daemon@a.example"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variable_parts_make_no_difference(one: str, other: str) -> None:
    assert normal_sender(one) == normal_sender(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_senders_stay_others(one: str, other: str) -> None:
    assert normal_sender(one) != normal_sender(other)


@given(st.text(max_size=80))
def test_any_sender_has_a_normal_form(address: str) -> None:
    assert isinstance(normal_sender(address), str)
    assert (normal_sender(address) == "") == (address == "")
