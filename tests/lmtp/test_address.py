"""Addresses of MAIL and RCPT (RFC 5321 4.1.2)."""

from __future__ import annotations

import pytest

from maildrop_py.lmtp.address import EnvelopeAddress, read_path
from maildrop_py.lmtp.reply import Refused


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("<a@b.example>", EnvelopeAddress("a", "b.example")),
        ("<a+x@[IPv6:::1]>", EnvelopeAddress("a+x", "[IPv6:::1]")),
        ("  <a@b>", EnvelopeAddress("a", "b")),
        ("<postmaster>", EnvelopeAddress("postmaster")),
        ("<@relay.example,@other:a@b>", EnvelopeAddress("a", "b")),
        ('<"a b"@c>', EnvelopeAddress("a b", "c")),
        ('<"a>@b"@c>', EnvelopeAddress("a>@b", "c")),
        ('<"a\\"b\\\\"@c>', EnvelopeAddress('a"b\\', "c")),
        ('<"only@local">', EnvelopeAddress("only@local")),
        ("<a@b@c>", EnvelopeAddress("a@b", "c")),
        ("<用户@例子.example>", EnvelopeAddress("用户", "例子.example")),
        ("<>", None),
    ],
)
def test_addresses_that_are_read(path, address):
    assert read_path(f"TO:{path}", "TO:", "5.1.3") == (address, {})


@pytest.mark.parametrize(
    "path",
    ["", "a@b", "<a@b", "<@>", "<a@>", "<@b>", "<a b@c>", '<"a@c>', '<a"b@c>', '<""@c>',
     "<a@b c>", "<a@b>X=1", "<@x>", '<"a"b"@c>', "<<a@b>>", "< >", '<"a\\"@c>'],
)  # fmt: skip
def test_addresses_that_are_refused(path):
    with pytest.raises(Refused) as refused:
        read_path(f"TO:{path}", "TO:", "5.1.3")
    assert refused.value.reply.code == 501


def test_parameters_follow_the_address():
    assert read_path("FROM:<a@b> size=5 X", "FROM:", "5.1.7")[1] == {"SIZE": "5", "X": None}


def test_an_address_that_needs_quotes_is_shown_with_them():
    assert EnvelopeAddress("a b", "c").text == '"a b"@c'
