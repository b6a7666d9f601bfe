"""policy_load: requests of Postfix's policy protocol, as fast as a server answers them.

Run as a program it is the load: each connection asks, waits for its answer and asks again.

    python -m tests.bench.policy_load SOCKET CONNECTIONS SECONDS [FIRST]
"""

from __future__ import annotations

import select
import socket
import sys
import time

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


def request(number: int) -> bytes:
    """A request whose triplet no other number has."""
    word = "".join(chr(97 + int(digit)) for digit in str(number))  # digits would become one #
    text = REQUEST.replace("{low}", str(number % 256))
    return text.replace("sender{number}x", f"sender{word}").replace("{number}", word).encode()


def connect(place: str) -> socket.socket:
    """A connection to a Unix socket, or to a port of 127.0.0.1."""
    if place.startswith("/"):
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(place)
    else:
        connected = socket.create_connection(("127.0.0.1", int(place)))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def load(place: str, connections: int, seconds: float, first: int = 0) -> tuple[int, float, float]:
    """Answers, seconds they took, and the longest wait for one."""
    sockets = [connect(place) for _ in range(connections)]
    by_fd = {one.fileno(): one for one in sockets}
    ready = select.epoll()
    number, answered, longest = first, 0, 0.0
    sent_at: dict[int, float] = {}
    begun = time.perf_counter()
    for fd, one in by_fd.items():
        ready.register(fd, select.EPOLLIN)
        one.sendall(request(number))
        sent_at[fd] = time.perf_counter()
        number += 1
    ahead = [request(number + at) for at in range(1000)]
    while (now := time.perf_counter()) < begun + seconds:
        for fd, _ in ready.poll(1.0):
            said = by_fd[fd].recv(4096)
            assert said.startswith(b"action=") and said.endswith(b"\n\n"), said
            now = time.perf_counter()
            longest = max(longest, now - sent_at[fd])
            answered += 1
            number += 1
            if not ahead:
                ahead = [request(number + at) for at in range(1000)]
                now = time.perf_counter()
            sent_at[fd] = now
            by_fd[fd].sendall(ahead.pop())
    for one in sockets:
        one.close()
    return answered, now - begun, longest


if __name__ == "__main__":
    where, count, limit, *more = sys.argv[1:]
    found = load(where, int(count), float(limit), int(more[0]) if more else 0)
    print(*found)
