"""hosts: where a message leads, and the domains above."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.bayes.hosts import domains, in_addresses, in_urls


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("www.Shop.example.com", ["www.shop.example.com", "shop.example.com", "example.com"]),
        ("example.com", ["example.com"]),
        ("localhost", ["localhost"]),
        ("192.0.2.7", ["192.0", "192.0.2", "192.0.2.7"]),
        ("", []),
    ],
)
def test_a_host_counts_with_its_domains(host: str, found: list[str]) -> None:
    assert domains(host) == found


def test_urls_in_text_and_markup() -> None:
    text = '<a href="https://user:pw@a.example:8080/x?y">http://B.example</a> ftp://c.example'
    assert list(in_urls(text)) == ["a.example", "b.example", "c.example"]


def test_addresses() -> None:
    found = list(in_addresses("Ann <ann@mail.a.example>, bob@b.example"))
    assert found == ["mail.a.example", "a.example", "b.example"]


def test_thousands_of_urls_count_to_a_limit() -> None:
    assert len(list(in_urls("http://a.example " * 5000))) == 300
