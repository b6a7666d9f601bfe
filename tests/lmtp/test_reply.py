"""Replies are well-formed whatever their text is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.lmtp.reply import Reply


def test_a_reply_is_code_status_and_text():
    assert Reply(250, "2.0.0", "OK").encode() == b"250 2.0.0 OK\r\n"
    assert Reply(354, "", "Go").encode() == b"354 Go\r\n"


def test_a_rule_s_text_cannot_make_lines_of_its_own():
    reply = Reply(550, "5.7.1", "no\r\n250 2.0.0 yes")
    assert reply.encode() == b"550 5.7.1 no  250 2.0.0 yes\r\n"


def test_other_scripts_are_sent_to_those_who_asked_for_them():
    reply = Reply(550, "5.7.1", "拒否 no")
    assert reply.encode() == b"550 5.7.1 ?? no\r\n"
    assert reply.encode(utf8=True) == "550 5.7.1 拒否 no\r\n".encode()


@given(text=st.text(max_size=2000), utf8=st.booleans())
def test_every_line_is_short_and_carries_the_code(text, utf8):
    lines = Reply(550, "5.7.1", text).encode(utf8).split(b"\r\n")
    assert lines.pop() == b""
    assert all(line[:10] == b"550-5.7.1 " for line in lines[:-1])
    assert lines[-1][:10] == b"550 5.7.1 "
    assert all(len(line) <= 510 and b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode("utf-8" if utf8 else "ascii")
