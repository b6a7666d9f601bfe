"""self_forged: mail in my own name, from outside, that nobody vouches for."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.border import Border
from maildrop_py.evidence.result_fields import Finding
from maildrop_py.evidence.self_forged import claimed, judge
from maildrop_py.evidence.spf import Spf
from maildrop_py.evidence.trusted_headers import Authentication

MINE = ("me@example.com", "example.org", "@example.net")


@pytest.mark.parametrize(
    ("author", "is_mine"),
    [
        ("Me@Example.com", True),
        ("you@example.com", False),
        ("anyone@example.org", True),
        ("anyone@Example.NET", True),
        ("anyone@sub.example.org", False),
        ("me@example.com.evil.example", False),
        ("", False),
    ],
)
def test_authors_who_are_me(author: str, is_mine: bool) -> None:
    assert bool(claimed(("other@example.edu", author), MINE)) is is_mine


def forged(
    border: Border | None = None,
    spf: Spf | None = None,
    *findings: Finding,
) -> bool | None:
    where = border or Border()
    found = spf or Spf("none")
    return judge("me@example.com", where, found, Authentication(findings)).forged


def test_forged_where_nobody_vouches() -> None:
    assert forged() is True
    assert forged(None, Spf("fail", "example.com")) is True
    assert forged(None, Spf("pass", "evil.example")) is True


def test_mail_from_inside_and_authenticated_mail_are_mine() -> None:
    assert forged(Border(inside=True)) is False
    assert forged(Border(authenticated=True)) is False


def test_spf_vouches_for_an_aligned_domain() -> None:
    assert forged(None, Spf("pass", "bounces.example.com")) is False


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding("dkim", "pass", "", (("header.d", "example.com"),)), False),
        (Finding("dkim", "pass", "", (("header.i", "@mail.Example.com"),)), False),
        (Finding("dmarc", "pass", "", (("header.from", "example.com"),)), False),
        (Finding("dkim", "fail", "", (("header.d", "example.com"),)), True),
        (Finding("dkim", "pass", "", (("header.d", "evil.example"),)), True),
        (Finding("dkim", "pass"), True),
        (Finding("spf", "pass", "", (("smtp.mailfrom", "example.com"),)), True),
    ],
)
def test_signature_of_the_domain_vouches(finding: Finding, expected: bool) -> None:
    assert forged(None, None, finding) is expected


def test_unknown_where_spf_could_not_be_asked() -> None:
    silent = Spf("temperror", "example.com", unknown="silence")
    assert forged(None, silent) is None
    signed = Finding("dkim", "pass", "", (("header.d", "example.com"),))
    assert forged(None, silent, signed) is False
