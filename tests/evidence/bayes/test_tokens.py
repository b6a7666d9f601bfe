"""tokens: what counts of a message, and what does not."""

from __future__ import annotations

from maildrop_py.evidence.bayes.tokens import MOST, of_message
from maildrop_py.evidence.border import find
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource

HEAD = """Received: from [192.0.2.7] (helo=pc) by mx.example with ESMTP
Subject: Cheap =?utf-8?q?caf=C3=A9?=
From: Ann <ann@mail.a.example>
Message-ID: <1@a.example>
X-Spam-Status: Yes, score=12 required=5
Delivered-To: me@me.example
"""


def tokens(head: str = HEAD, body: str | bytes = "", envelope: Envelope | None = None) -> list[str]:
    raw = body.encode() if isinstance(body, str) else body
    message = Message(BytesSource(head.encode() + b"\n" + raw))
    return of_message(message, find(message.headers, envelope or Envelope(), ()))


def test_header_words_are_marked_with_their_field() -> None:
    found = tokens()
    assert {"subject:cheap", "subject:café", "from:ann", "from:@a.example"} <= set(found)
    assert "ann" not in found


def test_words_of_the_subject_count_as_those_of_a_text_too() -> None:
    """So that what was learnt of texts tells of subjects, and the other way round."""
    assert {"cheap", "café"} <= set(tokens())


def test_marks_of_a_subject_count() -> None:
    found = tokens("Subject: RE: FREE $$$   TODAY!\n")
    wanted = {"subject:!", "subject:$", "subject:(capitals)", "subject:(spaces)"}
    assert wanted <= set(found) and "subject:?" not in found
    assert "subject:(answer to nothing)" in found
    assert "subject:(answer)" in tokens("Subject: Re: lunch\nIn-Reply-To: <1@a.example>\n")


def test_parts_of_joined_words_count_beside_them() -> None:
    found = tokens("Subject: x\n", "a best-seller, v.i.a.g.r.a and C-I-A-L-I-S, U.S. o'er")
    wanted = {"best-seller", "best", "seller", "viagra", "cialis"}
    assert wanted <= set(found)
    assert not {"us", "oer", "v", "er"} & set(found)


def test_what_was_written_after_sending_does_not_count() -> None:
    as_sent = tokens(HEAD.partition("X-Spam")[0])
    assert tokens() == as_sent
    assert tokens("Status: RO\nX-UID: 7\nX-Bogosity: Spam\n" + HEAD) == as_sent


def test_the_client_at_the_border_counts() -> None:
    told = Envelope(client_address="203.0.113.9", client_name="a.dsl.example.net", helo="pc.x")
    found = tokens(envelope=told)
    wanted = {"client:203.0", "client:203.0.113", "client:example.net", "helo:pc.x"}
    assert wanted <= set(found)
    told = Envelope(client_address="203.0.113.9", client_name="unknown")
    assert "client:(no name)" in tokens(envelope=told)


def test_html_counts_as_it_is_read_with_where_it_leads() -> None:
    head = HEAD + "Content-Type: text/html\n"
    found = tokens(head, '<p>vi<b></b>agra <a href="http://pills.example/x">here</a><!-- ham -->')
    assert {"viagra", "here", "url:pills.example", "type:(html)"} <= set(found)
    assert "ham" not in found


def test_attachments_count_by_type_and_name() -> None:
    head = HEAD + 'Content-Type: application/zip; name="invoice.zip"\n'
    assert {"file:application/zip", "file:invoice.zip"} <= set(tokens(head, "UEsD"))


def test_japanese_is_decoded_first() -> None:
    head = HEAD + "Content-Type: text/plain; charset=iso-2022-jp\n"
    assert {"副業", "在宅"} <= set(tokens(head, "在宅で副業".encode("iso-2022-jp")))


def test_a_token_counts_once_and_their_number_is_bounded() -> None:
    found = tokens(body="word " * 50 + " ".join(f"w{number}" for number in range(20_000)))
    assert len(found) == len(set(found)) == MOST
    assert "subject:cheap" in found and "word" in found


def test_html_that_hides_text_is_known_by_it() -> None:
    head = "Subject: x\nContent-Type: text/html\n"
    assert "html:display:none" in tokens(head, "<p style='display: none'>agenda</p>offer")
    assert not any(one.startswith("html:") for one in tokens(head, "<p>agenda</p>offer"))


def test_japanese_reads_the_same_in_every_charset_declared_or_not() -> None:
    text = "激安バイアグラ通販はこちらから。今すぐ購入"
    wanted = set(tokens("Subject: x\n", text)) - {"subject:x"}
    assert {"激安", "アグ", "購入"} <= wanted
    for charset in ("cp932", "euc-jp", "iso-2022-jp"):
        assert wanted <= set(tokens("Subject: x\n", text.encode(charset))), charset
    half = b"\x1b(I\x4a\x5e\x32\x31\x38\x5e\x57\x1b(B"  # in ISO-2022-JP, as some mailers send it
    head = "Subject: x\nContent-Type: text/plain; charset=iso-2022-jp\n"
    assert {"バイ", "アグ", "グラ"} <= set(tokens(head, half))


def test_an_image_alone_counts_by_its_kind() -> None:
    head = "Content-Type: image/png; name=offer.png\nContent-Transfer-Encoding: base64\n"
    assert {"type:png", "file:image/png"} <= set(tokens(head, "iVBORw0KGgo="))
