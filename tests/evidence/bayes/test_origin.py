"""origin: what tells of the program and the servers that a message came from."""

from __future__ import annotations

from maildrop_py.evidence.bayes.origin import of_headers
from maildrop_py.message.headers import Headers

HEAD = """Received: from mail.shop.example (unknown [203.0.113.9]) by mx.example with ESMTP id 4711
Received: from pc (198.51.100.7) by mail.shop.example with HTTP; Wed, 4 Sep 2002 11:02:33 -0700
From: Ann <ann@news.shop.example>
Date: Wed, 4 Sep 2002 11:02:33 -0700 (PDT)
Message-ID: <20020904.GAx17@shop.example>
"""


def tokens(head: str = HEAD) -> list[str]:
    return list(of_headers(Headers(head.encode() + b"\n")))


def test_the_message_id_counts_by_its_shape_and_by_whose_domain_it_names() -> None:
    assert {"message-id:(9.Aa9)", "message-id:(sender's domain)"} <= set(tokens())
    other = tokens(HEAD.replace("@shop.example", "@mailer.example"))
    assert "message-id:(another domain)" in other
    without = tokens("From: ann@shop.example\n")
    assert without == ["message-id:(none)"]


def test_two_message_ids_of_one_program_count_the_same() -> None:
    again = HEAD.replace("20020904.GAx17", "20031224.QRst4711")
    assert tokens(again) == tokens()


def test_the_date_counts_by_its_zone_and_by_how_it_is_written() -> None:
    assert {"date:((PDT))", "date:Aa, 9 Aa 9 9:9:9 -9 (A)"} <= set(tokens())
    assert {"date:(GMT)", "date:9-Aa-9 9:9 A"} <= set(tokens("Date: 4-Sep-2002 11:02 GMT\n"))


def test_each_hop_counts_with_who_handed_over_and_how() -> None:
    wanted = {"received:mail.shop.example", "received:shop.example", "received:203.0"}
    wanted |= {"received:198.51", "received:with esmtp", "received:with http"}
    assert wanted <= set(tokens())


def test_a_head_without_end_has_few_tokens_of_limited_length() -> None:
    fields = "Received: from " + "a." * 5000 + "example\n"
    hostile = fields * 500 + f"Date: {'9a' * 50_000}\nMessage-ID: <{'aZ' * 50_000}@{'x.' * 9999}>\n"
    found = tokens(hostile)
    assert len(found) < 200 and max(map(len, found)) < 300
