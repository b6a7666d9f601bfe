"""What a process that delivers for the native hook tells it, and when."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from maildrop_py.serve.hand_over_process import Deliver, UserProcess

REQUEST = b"maildrop-py 2\0C/\0"


@contextmanager
def handed_to(deliver: Deliver, request: bytes = REQUEST) -> Iterator[tuple[socket.socket, int]]:
    """The hook's socket, and the end of its standard error that the mail server reads."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            os.close(reader)
            UserProcess(deliver).serve(theirs)
        finally:
            os._exit(0)
    theirs.close()
    try:
        ours.settimeout(20)
        socket.send_fds(ours, [request], [0, writer])
        os.close(writer)
        assert ours.recv(2) == b"T"
        yield ours, reader
    finally:
        os.close(reader)
        ours.close()
        os.waitpid(pid, 0)


def is_open(reader: int) -> bool:
    """Whether anybody may still write into this pipe."""
    return not select.select([reader], [], [], 0)[0]


def test_a_delivered_message_does_not_wait_for_its_line_in_the_log() -> None:
    written, log = os.pipe()

    def deliver(
        arguments: list[str], environ: dict[str, str], delivered: Callable[[], None]
    ) -> int:
        delivered()
        os.read(written, 1)
        return 0

    with handed_to(deliver) as (hook, errors):
        assert hook.recv(2) == b"\0"
        assert is_open(errors), "whoever waits for its end finds the line"
        os.write(log, b"x")
        assert os.read(errors, 1) == b""


@pytest.mark.parametrize(("status", "told"), [(0, 0), (77, 77), (75, 75), (1, 75)])
def test_a_status_that_comes_at_the_end_is_told(status: int, told: int) -> None:
    with handed_to(lambda arguments, environ, delivered: status) as (hook, _):
        assert hook.recv(2) == bytes([told])
        assert hook.recv(2) == b""


@pytest.mark.parametrize(("zone", "hours"), [(b"JST-9", 9), (b"UTC", 0)])
def test_times_are_those_of_whoever_hands_over(zone: bytes, hours: int) -> None:
    def deliver(
        arguments: list[str], environ: dict[str, str], delivered: Callable[[], None]
    ) -> int:
        right = environ == {"TZ": zone.decode(), "HOME": "/x"} and not os.environ.keys() - {"TZ"}
        return 0 if right and time.localtime().tm_gmtoff == hours * 3600 else 75

    with handed_to(deliver, REQUEST + b"EHOME=/x\0ETZ=" + zone + b"\0") as (hook, _):
        assert hook.recv(2) == b"\0"


def test_what_was_told_is_not_taken_back() -> None:
    """As where a signal comes while the log is written: the message is there."""

    def deliver(
        arguments: list[str], environ: dict[str, str], delivered: Callable[[], None]
    ) -> int:
        delivered()
        return 75

    with handed_to(deliver) as (hook, _):
        assert hook.recv(2) == b"\0"
        assert hook.recv(2) == b""
