"""The same replies and messages, however the network cuts what the client sends.

The scripts are made of whole commands, broken commands, messages and noise, so
that states which no sane client reaches are reached too.
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lmtp.ledger import Client

COMMANDS = [
    b"LHLO c\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<> SIZE=90 BODY=8BITMIME\r\n",
    b"RCPT TO:<b@x>\r\n",
    b"RCPT TO:<nobody@x>\r\n",
    b"RCPT TO:<bug@x>\r\n",
    b"DATA\r\n",
    b"RSET\r\n",
    b"NOOP " + b"x" * 95 + b"\r\n",
    b"NOOP\n",
    b"XFORWARD NAME=x ADDR=192.0.2.1\r\n",
    b"XFORWARD ADDR=nowhere\r\n",
    b"\xff\0\r\n",
    b"VRFY \xc3\xa9\r\n",
]
OPENING = b"LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\n"
noise = st.text(alphabet="\r\n.\0ab", max_size=12).map(str.encode)
message = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"ab", b"x" * 80]))
messages = message.map(lambda parts: OPENING + b"".join(parts) + b"\r\n.\r\n")
scripts = st.lists(st.one_of(st.sampled_from(COMMANDS), messages, noise), max_size=12).map(b"".join)


@given(script=scripts, cuts=st.lists(st.integers(0, 400), max_size=20))
@settings(max_examples=400, deadline=None)
def test_replies_and_messages_do_not_depend_on_how_the_stream_is_cut(script, cuts):
    places = sorted({min(cut, len(script)) for cut in cuts} | {0, len(script)})
    pieces = [script[a:b] for a, b in pairwise(places)]
    assert conversation(pieces) == conversation([script])


@given(script=scripts)
@settings(max_examples=100, deadline=None)
def test_nor_when_every_byte_comes_alone(script):
    assert conversation([bytes([byte]) for byte in script]) == conversation([script])


def conversation(pieces: list[bytes]) -> tuple[object, ...]:
    client = Client(xforward=True, line=100, message=300, recipients=3, errors=8)
    replies = client.send(*pieces)
    letters = [(x.text, x.recipients, x.envelope, x.aborted) for x in client.ledger.delivered]
    aborted = [x.aborted for x in client.ledger.begun]
    return replies, letters, aborted, client.session.closing
