"""exchange: questions to name servers and their replies, all at once, in a given time.

One thread waits for every question together. A reply counts if it comes from
the server that was asked, on the port that was asked from, with the identifier
and the question that were sent (RFC 5452 9.1); anything else is passed over as
if it had not come. A truncated reply is asked for again over TCP (RFC 7766),
one that refuses EDNS without it (RFC 6891 7).

Reports: a reply as dnspython reads it, or a sentence why there is none. Waits
no longer than the budget. Raises nothing on account of what servers do.

Known limits: no DNSSEC validation, no DNS over TLS: the name servers are the
user's own resolvers, which do both. While one question is repeated over TCP the
others' replies wait in the kernel.
"""

from __future__ import annotations

import select
import socket

import dns.exception
import dns.flags
import dns.message
import dns.rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.budget import Budget

    Server = tuple[str, int]

_FIRST_WAIT = 1.0  # seconds before the same question goes to the next server
_LONGEST_WAIT = 4.0
_ANSWERED = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
_WITHOUT_EDNS = (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS)


def exchange(
    queries: list[dns.message.Message], servers: tuple[Server, ...], budget: Budget
) -> list[dns.message.Message | str]:
    """For each query the reply of one of `servers`, or why there is none."""
    talks = [_Talk(query, servers, budget) for query in queries]
    try:
        _converse(talks, budget)
    finally:
        for talk in talks:
            talk.close()
    return [talk.outcome() for talk in talks]


def _converse(talks: list[_Talk], budget: Budget) -> None:
    while True:
        for talk in talks:
            talk.send_if_due()
        open_talks = {fd: talk for talk in talks for fd in talk.descriptors()}
        left = budget.left()
        if not open_talks or left <= 0:
            return
        poll = select.poll()
        for fd in open_talks:
            poll.register(fd, select.POLLIN)
        wait = min([left, *(talk.due - (talk.begun - left) for talk in open_talks.values())])
        for fd, _ in poll.poll(max(1, wait * 1000)):
            open_talks[fd].receive(fd)


class _Talk:
    """One question: sent to one server after the other until one answers."""

    def __init__(
        self, query: dns.message.Message, servers: tuple[Server, ...], budget: Budget
    ) -> None:
        self.query = query
        self.budget = budget
        self.begun = budget.left()
        self.due = 0.0  # when to send next, in seconds since `begun`
        self.reply: dns.message.Message | None = None
        self.failure = "no name server answered in time"
        self._wait = _FIRST_WAIT
        self._waiting = list(servers)  # who may still answer, the next one first
        self._sockets: dict[int, tuple[socket.socket, Server]] = {}

    def descriptors(self) -> list[int]:
        """What to listen on; nothing once the talk is over."""
        return [] if self.reply else list(self._sockets)

    def outcome(self) -> dns.message.Message | str:
        return self.reply or self.failure

    def close(self) -> None:
        for connected, _ in self._sockets.values():
            connected.close()
        self._sockets.clear()

    def send_if_due(self) -> None:
        elapsed = self.begun - self.budget.left()
        while self.reply is None and self._waiting and elapsed >= self.due:
            server = self._waiting.pop(0)
            if self._send(server):
                self._waiting.append(server)
                self.due = elapsed + self._wait
                self._wait = min(self._wait * 2, _LONGEST_WAIT)

    def _send(self, server: Server) -> bool:
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        try:
            connected = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as error:
            self.failure = f"no socket: {error.strerror}"
            return False
        try:
            connected.setblocking(False)
            connected.connect(server)
            connected.send(self.query.to_wire())
        except OSError as error:
            connected.close()
            self.failure = _of(server, error.strerror or str(error))
            return False
        self._sockets[connected.fileno()] = (connected, server)
        return True

    def receive(self, fd: int) -> None:
        if fd not in self._sockets:
            return
        connected, server = self._sockets[fd]
        try:
            wire = connected.recv(65535)
        except BlockingIOError:
            return
        except OSError as error:
            self._give_up(server, error.strerror or str(error))
            return
        reply = _read(wire, self.query)
        if reply is not None:
            self._judge(reply, server)

    def _judge(self, reply: dns.message.Message, server: Server) -> None:
        if reply.flags & dns.flags.TC:
            whole = _over_tcp(self.query, server, self.budget)
            if whole is None:
                self._give_up(server, "truncated, and no answer over TCP")
                return
            reply = whole
        rcode = reply.rcode()
        if rcode in _WITHOUT_EDNS and self.query.edns >= 0:
            self.query.use_edns(False)
            self.due = 0.0
        elif rcode not in _ANSWERED:
            self._give_up(server, dns.rcode.to_text(rcode))
        elif reply.errors and not reply.answer:
            self._give_up(server, "garbled answer")
        else:
            self.reply = reply

    def _give_up(self, server: Server, why: str) -> None:
        """Asks `server` no more and the next one at once; why it failed is kept."""
        self.failure = _of(server, why)
        self._waiting = [other for other in self._waiting if other != server]
        for fd, (connected, asked) in list(self._sockets.items()):
            if asked == server:
                connected.close()
                del self._sockets[fd]
        self.due = 0.0 if self._waiting and not self._sockets else self.due


def _of(server: Server, why: str) -> str:
    return f"name server {server[0]}: {why}"


def _read(wire: bytes, query: dns.message.Message) -> dns.message.Message | None:
    """The reply in `wire`, None if it is none to `query`."""
    try:
        reply = dns.message.from_wire(wire, ignore_trailing=True, continue_on_error=True)
    except (dns.exception.DNSException, ValueError):
        return None
    return reply if query.is_response(reply) else None


def _over_tcp(
    query: dns.message.Message, server: Server, budget: Budget
) -> dns.message.Message | None:
    wire = query.to_wire()
    try:
        with socket.create_connection(server, timeout=max(0.01, budget.left())) as connected:
            connected.sendall(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(_receive(connected, 2, budget), "big")
            return _read(_receive(connected, length, budget), query)
    except OSError:
        return None


def _receive(connected: socket.socket, length: int, budget: Budget) -> bytes:
    """Exactly `length` bytes; OSError if they do not come in time."""
    data = b""
    while len(data) < length:
        left = budget.left()
        if left <= 0:
            raise TimeoutError
        connected.settimeout(left)
        piece = connected.recv(length - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data
