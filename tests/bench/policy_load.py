"""policy_load: requests of Postfix's policy protocol, as fast as a server answers them.

Run as a program it is the load: each connection asks, waits for its answer and asks again.

    python -m tests.bench.policy_load SOCKET CONNECTIONS SECONDS [FIRST]
"""

from __future__ import annotations

import itertools
import select
import socket
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

REQUEST = """\
request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=203.0.113.{low}
client_name=unknown
client_port=41234
reverse_client_name=unknown
server_address=192.0.2.25
server_port=25
helo_name=host{number}.example.com
sender=sender{number}x@example.net
recipient=somebody@example.org
recipient_count=0
queue_id=
instance=1f2b.65f0aaaa.{number}.0
size=12345
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=

"""
"""As Postfix 3.7 sends them."""

AHEAD = 25_000
"""Requests a second that are made beforehand; further ones take time from asking."""


def _request_parts() -> list[bytes]:
    """What stands between the numbers: the last byte of the address, and three words."""
    text = REQUEST.replace("{low}", "\0").replace("sender{number}x", "sender\0")
    return text.replace("{number}", "\0").encode().split(b"\0")


_PARTS = _request_parts()
_LETTERS = bytes.maketrans(b"0123456789", b"abcdefghij")  # digits would become one #


def request(number: int) -> bytes:
    """A request whose triplet no other number has."""
    word = (b"%d" % number).translate(_LETTERS)
    first, second, third, fourth, last = _PARTS
    return b"%b%d%b%b%b%b%b%b%b" % (
        *(first, number % 256, second),
        *(word, third, word, fourth, word, last),
    )


def connect(place: str) -> socket.socket:
    """A connection to a Unix socket, or to a port of 127.0.0.1."""
    if place.startswith("/"):
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(place)
    else:
        connected = socket.create_connection(("127.0.0.1", int(place)))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


class Load(NamedTuple):
    """What was answered: how many, in how many seconds, the longest wait for one in seconds,
    and the seconds of processor time that asking took."""

    answers: int
    seconds: float
    longest: float
    spent: float


def load(place: str, connections: int, seconds: float, first: int = 0) -> Load:
    """Ask for so long; the requests are made beforehand."""
    sockets = [connect(place) for _ in range(connections)]
    numbers = itertools.count(first)
    ahead = [request(number) for number in itertools.islice(numbers, int(seconds * AHEAD))]
    ahead.reverse()
    spent, begun = time.process_time(), time.perf_counter()
    ask = _one if connections == 1 else _several
    answered, longest = ask(sockets, ahead, numbers, begun + seconds)
    took, spent = time.perf_counter() - begun, time.process_time() - spent
    for one in sockets:
        one.close()
    return Load(answered, took, longest, spent)


def _one(
    sockets: list[socket.socket], ahead: list[bytes], numbers: Iterator[int], end: float
) -> tuple[int, float]:
    """One connection, without waiting for others: nothing but send and recv."""
    send, receive, clock = sockets[0].send, sockets[0].recv, time.perf_counter
    answered, longest, now = 0, 0.0, clock()
    while now < end:
        send(ahead.pop() if ahead else request(next(numbers)))
        said = receive(4096)
        before, now = now, clock()
        longest = max(longest, now - before)
        assert said[:7] == b"action=" and said[-2:] == b"\n\n", said
        answered += 1
    return answered, longest


def _several(
    sockets: list[socket.socket], ahead: list[bytes], numbers: Iterator[int], end: float
) -> tuple[int, float]:
    ready, clock = select.epoll(), time.perf_counter
    by_fd = {one.fileno(): (one.recv, one.send) for one in sockets}
    sent_at = dict.fromkeys(by_fd, clock())
    for fd, (_, send) in by_fd.items():
        ready.register(fd, select.EPOLLIN)
        send(ahead.pop())
    answered, longest, now = 0, 0.0, clock()
    while now < end:
        events = ready.poll(1.0)
        now = clock()
        for fd, _ in events:
            receive, send = by_fd[fd]
            said = receive(4096)
            send(ahead.pop() if ahead else request(next(numbers)))
            assert said[:7] == b"action=" and said[-2:] == b"\n\n", said
            longest = max(longest, now - sent_at[fd])
            sent_at[fd] = now
        answered += len(events)
    return answered, longest


if __name__ == "__main__":
    where, count, limit, *more = sys.argv[1:]
    found = load(where, int(count), float(limit), int(more[0]) if more else 0)
    print(*found)
