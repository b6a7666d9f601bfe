"""spf_whitelist: an SPF pass vouches for the envelope sender, and for From where domains align."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.spf import Spf
from maildrop_py.evidence.spf_whitelist import Vouched, vouched

PASS = Spf("pass", "bounces.example.com")


def addresses(sender: str | None, *authors: str, spf: Spf = PASS) -> tuple[str, ...]:
    return vouched(spf, sender, authors).addresses


def test_envelope_sender_in_lower_case() -> None:
    assert addresses("Ann@Bounces.Example.com") == ("ann@bounces.example.com",)


@pytest.mark.parametrize(
    ("author", "aligned"),
    [
        ("Bob@Example.com", True),
        ("bob@bounces.example.com", True),
        ("bob@x.bounces.example.com", True),
        ("bob@other.example.com", False),
        ("bob@badexample.com", False),
        ("bob@example.com.evil.example", False),
        ("bob@com", False),
        ("bob", False),
        ("", False),
    ],
)
def test_author_whose_domain_is_aligned(author: str, aligned: bool) -> None:
    assert (author.lower() in addresses("u@bounces.example.com", author)) is aligned


def test_several_authors_are_vouched_for_by_nobody() -> None:
    both = addresses("u@bounces.example.com", "a@example.com", "b@example.com")
    assert both == ("u@bounces.example.com",)


def test_author_who_is_the_sender_is_named_once() -> None:
    assert addresses("U@bounces.example.com", "u@Bounces.example.com") == ("u@bounces.example.com",)


@pytest.mark.parametrize("sender", ["", None])
def test_null_sender_is_vouched_for_by_nobody(sender: str | None) -> None:
    assert addresses(sender, "bob@example.com") == ()


@pytest.mark.parametrize("result", ["fail", "softfail", "neutral", "none", "permerror"])
def test_only_a_pass_vouches(result: str) -> None:
    found = vouched(Spf(result, "example.com"), "a@example.com", ("a@example.com",))
    assert found == Vouched(why=f"SPF {result}")


def test_temperror_is_unknown() -> None:
    found = vouched(Spf("temperror", "example.com", unknown="silence"), "a@example.com", ())
    assert found.unknown == "silence"


def test_international_domains_align_in_both_spellings() -> None:
    spf = Spf("pass", "xn--r8jz45g.jp")
    assert addresses("a@xn--r8jz45g.jp", "b@例え.jp", spf=spf)[1:] == ("b@例え.jp",)
