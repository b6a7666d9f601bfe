"""One process with real sockets: clients that are slow, dead, greedy or many."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from tests.lmtp.conftest import Served, Talk
from tests.support.waiting import wait_until

STEPS = [
    b"",
    b"LHL",
    b"LHLO c\r\n",
    b"LHLO c\r\nMAIL FROM:<>\r\n",
    b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\n",
    b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\n",
    b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\nhalf a message",
    b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\na whole message\r\n.",
]


def test_a_message_is_dropped_and_answered(serve):
    served = serve()
    talk = served.talk()
    talk.greet("b", "c")
    talk.send(b"Subject: x\r\n\r\n..text\r\n.\r\n")
    assert talk.reply().startswith("250 2.0.0")
    assert talk.reply().startswith("250 2.0.0")
    assert talk.say("QUIT")[0].startswith("221 ")
    assert talk.reply() == ""
    assert served.new() == [b"Subject: x\n\n.text\n"]


def test_a_client_that_vanishes_at_any_step_leaves_no_half_message(serve):
    served = serve()
    for step in STEPS:
        talk = served.talk()
        talk.send(step)
        talk.close()
    last = served.talk()
    last.greet()
    last.send(b"text\r\n.\r\n")
    last.reply()
    wait_until(lambda: served.unfinished() == [])
    assert served.new() == [b"text\n"]


def test_a_message_that_was_complete_is_delivered_though_the_client_is_gone(serve):
    served = serve()
    talk = served.talk()
    talk.greet()
    talk.send(b"a whole message\r\n.\r\n")
    talk.close()
    wait_until(lambda: served.new() == [b"a whole message\n"])


def test_messages_pipelined_without_waiting_are_all_answered(serve):
    served = serve()
    talk = served.talk()
    message = b"MAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\ntext\r\n.\r\n"
    sending = threading.Thread(
        target=talk.send, args=(b"LHLO c\r\n" + message * 300 + b"QUIT\r\n",)
    )
    sending.start()
    replies = []
    while reply := talk.reply():
        replies.append(reply[:3])
    sending.join()
    assert replies == ["220", "250", *["250", "250", "354", "250"] * 300, "221"]
    assert len(served.new()) == 300


def test_a_client_that_reads_no_replies_is_read_no_further(serve):
    served = serve()
    talk, other = served.talk(), served.talk()
    talk.socket.settimeout(2)
    with pytest.raises(TimeoutError):
        while True:
            talk.send(b"NOOP\r\n" * 10_000)
    assert peak_memory(served) < 60_000
    other.greet()
    other.send(b"text\r\n.\r\n")
    assert other.reply().startswith("250 ")


def test_two_hundred_sessions_of_large_messages_need_little_memory(serve):
    served = serve()
    megabytes = 2  # each; what is held does not depend on it
    talks = [served.talk() for _ in range(200)]
    for talk in talks:
        talk.greet()
    line = b"x" * 998 + b"\r\n"
    for _ in range(megabytes * 4):
        for talk in talks:
            talk.send(line * 250)
    for talk in talks:
        talk.send(b".\r\n")
    assert all(talk.reply().startswith("250 ") for talk in talks)
    assert [len(text) for text in served.new()] == [999 * 1000 * megabytes] * 200
    assert peak_memory(served) < 60_000


def test_more_clients_than_sessions_wait_for_their_turn(serve):
    served = serve(limits={"sessions": 2})
    first, second, third = served.talk(), served.talk(), served.talk()
    first.greet()
    second.greet()
    third.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        third.socket.recv(1, socket.MSG_PEEK)
    third.socket.settimeout(20)
    first.close()
    third.greet()


def test_a_silent_client_is_told_that_it_waited_too_long(serve):
    served = serve(limits={"command_seconds": 0.5})
    talk = served.talk()
    assert talk.reply().startswith("220 ")
    assert talk.reply().startswith("421 4.4.2 ")
    assert talk.reply() == ""


def test_a_client_that_drips_gets_no_more_time(serve):
    served = serve(limits={"command_seconds": 0.8})
    talk = served.talk()
    assert talk.reply().startswith("220 ")
    dripping = threading.Thread(target=drip, args=(talk,))
    dripping.start()
    assert talk.reply().startswith("421 4.4.2 ")
    dripping.join()


def test_a_message_that_stops_coming_is_given_up(serve):
    served = serve(limits={"text_seconds": 0.5})
    talk = served.talk()
    talk.greet()
    talk.send(b"half a mess")
    assert talk.reply().startswith("421 4.4.2 ")
    assert served.unfinished() == []


def test_a_message_that_cannot_be_published_is_deferred_alone(serve):
    served = serve()
    good, bad = served.talk(), served.talk()
    good.greet("b")
    bad.greet("badly")
    for talk in (good, bad):
        talk.send(b"text\r\n.\r\n")
    assert good.reply().startswith("250 ")
    assert bad.reply().startswith("452 4.3.1 ")


def test_a_loopback_port_serves_too_but_believes_no_xforward(serve, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve(port=port).talk().reply()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"LHLO c\r\nXFORWARD ADDR=192.0.2.1\r\nQUIT\r\n")
        said = client.makefile("rb").read()
    assert b"XFORWARD" not in said.split(b"\r\n250 ")[0]
    assert b"\r\n550 5.7.0 " in said


def peak_memory(served: Served) -> int:
    """KiB of the largest worker."""
    peaks = []
    for worker in served.workers():
        status = Path(f"/proc/{worker}/status").read_text()
        peaks.append(int(status.split("VmHWM:")[1].split()[0]))
    return max(peaks)


def drip(talk: Talk) -> None:
    """One byte every tenth of a second until the server has had enough."""
    try:
        for _ in range(100):
            talk.send(b"N")
            threading.Event().wait(0.1)
    except OSError:
        return
