"""What a recipient process answers, and what is believed of it."""

from __future__ import annotations

from maildrop_py.lmtp.processes.answer import LARGEST_PACKET, read_answers, write_answers
from maildrop_py.lmtp.reply import Reply

REPLIES = [
    Reply(250, "2.0.0", "<a@b> delivered"),
    Reply(451, "4.3.0", "später"),
    Reply(550, "5.7.1", "no"),
]


def test_answers_are_read_as_they_were_written() -> None:
    assert read_answers(write_answers(REPLIES), 3) == REPLIES
    assert read_answers(write_answers(REPLIES[:1]), 3) == REPLIES[:1]


def test_a_text_of_several_lines_is_no_further_answer() -> None:
    """A rule may say so, in what it rejects with."""
    forged = Reply(550, "5.7.1", "no\n250 2.0.0 delivered")
    assert read_answers(write_answers([forged]), 9) == [
        Reply(550, "5.7.1", "no 250 2.0.0 delivered")
    ]


def test_more_answers_than_messages_are_none_at_all() -> None:
    packet = write_answers(REPLIES)
    assert read_answers(packet, 2) is None
    assert read_answers(packet + b"\n", 9) is None
    assert read_answers(packet, 0) is None


def test_the_longest_answers_fit_into_one_packet() -> None:
    longest = Reply(451, "4.999.999", "会" * 5000)
    packet = write_answers([longest] * 16)
    assert len(packet) <= LARGEST_PACKET
    found = read_answers(packet, 16)
    assert found is not None and len(found) == 16
