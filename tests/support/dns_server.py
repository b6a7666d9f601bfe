"""dns_server: a DNS server on loopback for tests, over UDP and TCP, that can misbehave.

A zone is a dictionary of name -> records. A record is `{type: value}` with
the values that the RFC 7208 test suite uses (TXT: a string, bytes or a list of
them; MX: [preference, name]), or `{"TTL": seconds}`, or the name of a misdeed
that befalls every question for which the name has no record of that type:

  TIMEOUT         never answers
  SERVFAIL, REFUSED
  GARBAGE         the right identifier and question, then noise
  NOISE           nothing but noise
  WRONG_ID        a good answer (127.0.0.2) under another identifier
  WRONG_QUESTION  a good answer (127.0.0.2) to another question
  TRUNCATED       asks to come back over TCP; honest there
  TRUNCATED_ONLY  the same, and TCP hangs up
  DRIPPING        the same, and TCP sends a byte now and then, without end
  NO_EDNS         FORMERR to any question with EDNS; honest otherwise

`server.zone` may be changed while it runs; names below `*.x` answer like it.
`server.asked` has every (name, type) that came, in order.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

Zone = dict[str, Sequence[Any]]
_MISDEEDS = [
    "TIMEOUT",
    "SERVFAIL",
    "REFUSED",
    "GARBAGE",
    "NOISE",
    "WRONG_ID",
    "WRONG_QUESTION",
    "LISTED",
]
_TRUNCATING = {"TRUNCATED", "TRUNCATED_ONLY", "DRIPPING"}
_DRIP = b"drip"


class DnsServer:
    """Serves `zone` on `address`, "127.0.0.1:port", until closed."""

    def __init__(self, zone: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.zone: Zone = {}
        self.set_zone(zone or {})
        self.asked: list[tuple[str, str]] = []
        self.over_tcp = 0
        self._tcp, self._udp = _same_port()
        host, port = self._udp.getsockname()
        self.address = f"{host}:{port}"
        self._stop, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def set_zone(self, zone: Mapping[str, Sequence[Any]]) -> None:
        """Serve these records from now on."""
        self.zone = {name.lower().rstrip("."): list(records) for name, records in zone.items()}

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for opened in (self._tcp, self._udp, self._stop, self._wake):
            opened.close()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._stop, self._udp, self._tcp], [], [])
            if self._stop in ready:
                return
            if self._udp in ready:
                wire, client = self._udp.recvfrom(65535)
                reply = self._reply(wire, tcp=False)
                if reply is not None:
                    self._udp.sendto(reply, client)
            if self._tcp in ready:
                self._serve_tcp()

    def _serve_tcp(self) -> None:
        connection, _ = self._tcp.accept()
        with connection:
            connection.settimeout(2)
            data = connection.recv(65535)
            self.over_tcp += 1
            reply = self._reply(data[2:], tcp=True)
            if reply == _DRIP:
                self._drip(connection)
            elif reply is not None:
                connection.sendall(len(reply).to_bytes(2, "big") + reply)

    def _drip(self, connection: socket.socket) -> None:
        connection.sendall(b"\xff\xff")
        while not select.select([self._stop], [], [], 0.01)[0]:
            try:
                connection.send(b"x")
            except OSError:
                return

    def _reply(self, wire: bytes, *, tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = b".".join(question.name.labels[:-1]).decode("latin-1").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        records = self._records(name)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if "NO_EDNS" in records and query.edns >= 0:
            reply.use_edns(False)
            reply.set_rcode(dns.rcode.FORMERR)
            return reply.to_wire()
        if not tcp and _TRUNCATING & _words(records):
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        if tcp and "DRIPPING" in records:
            return _DRIP
        if tcp and "TRUNCATED_ONLY" in records:
            return None
        return self._honest(reply, query, name, kind)

    def _honest(
        self, reply: dns.message.Message, query: dns.message.Message, name: str, kind: str
    ) -> bytes | None:
        seen: set[str] = set()
        owner = query.question[0].name
        while True:
            records = self._records(name)
            values = _values(records, kind)
            if values:
                return _wire(reply, owner, kind, values, _ttl(records))
            misdeed = next((word for word in _MISDEEDS if word in records), None)
            if misdeed:
                return _misdeed(misdeed, reply, query)
            aliases = _values(records, "CNAME")
            if not aliases or kind == "CNAME":
                break
            reply.answer.append(_rrset(owner, "CNAME", aliases, _ttl(records)))
            if "ALONE" in records or name in seen:
                return reply.to_wire(max_size=65535)
            seen.add(name)
            name = str(aliases[0]).lower().rstrip(".")
            owner = _name(name)
        if not self._exists(name):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=65535)

    def _records(self, name: str) -> Sequence[Any]:
        if name in self.zone:
            return self.zone[name]
        labels = name.split(".")
        for start in range(1, len(labels)):
            wildcard = ".".join(["*", *labels[start:]])
            if wildcard in self.zone:
                return self.zone[wildcard]
        return self.zone.get("*", ())

    def _exists(self, name: str) -> bool:
        below = "." + name
        return bool(self._records(name)) or any(known.endswith(below) for known in self.zone)


def spf_zone(zone: Mapping[str, Sequence[Any]]) -> Zone:
    """The zone data of the RFC 7208 suite: SPF records become TXT unless there are TXT records.

    `TXT: NONE` keeps them from it, and says nothing itself.
    """
    made: Zone = {}
    for name, records in zone.items():
        has_txt = any(isinstance(record, dict) and "TXT" in record for record in records)
        kept: list[Any] = []
        for record in records:
            if isinstance(record, dict) and "SPF" in record:
                kept += [] if has_txt else [{"TXT": record["SPF"]}]
            elif record != {"TXT": "NONE"}:
                kept.append(record)
        made[str(name)] = kept
    return made


def _same_port() -> tuple[socket.socket, socket.socket]:
    """A listening TCP and a UDP socket on one free port."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
        else:
            return tcp, udp


def _words(records: Sequence[Any]) -> set[str]:
    return {record for record in records if isinstance(record, str)}


def _values(records: Sequence[Any], kind: str) -> list[Any]:
    return [record[kind] for record in records if isinstance(record, dict) and kind in record]


def _ttl(records: Sequence[Any]) -> int:
    return next((int(value) for value in _values(records, "TTL")), 300)


def _misdeed(misdeed: str, reply: dns.message.Message, query: dns.message.Message) -> bytes | None:
    question = query.question[0].name
    if misdeed == "TIMEOUT":
        return None
    if misdeed == "NOISE":
        return os.urandom(40)
    if misdeed == "GARBAGE":
        return reply.to_wire()[:6] + b"\0\7\0\0\0\0" + reply.to_wire()[12:] + os.urandom(30)
    if misdeed in ("SERVFAIL", "REFUSED"):
        reply.set_rcode(dns.rcode.from_text(misdeed))
        return reply.to_wire()
    if misdeed == "WRONG_ID":
        reply.id = (reply.id + 1) % 65536
    if misdeed == "WRONG_QUESTION":
        reply.question = [_rrset(_name("other.example"), "A", ["127.0.0.2"], 300)]
        question = _name("other.example")
    return _wire(reply, question, "A", ["127.0.0.2"], 300)


def _wire(
    reply: dns.message.Message, owner: dns.name.Name, kind: str, values: list[Any], ttl: int
) -> bytes:
    if values != [[]]:
        reply.answer.append(_rrset(owner, kind, values, ttl))
    if [] not in values:
        return reply.to_wire(max_size=65535)
    reply.use_edns(False)
    return _with_empty_record(reply.to_wire(max_size=65535), kind)


def _with_empty_record(wire: bytes, kind: str) -> bytes:
    """`wire` and a record without any data, which dnspython refuses to make."""
    answers = int.from_bytes(wire[6:8], "big") + 1
    empty = b"\xc0\x0c" + int(dns.rdatatype.from_text(kind)).to_bytes(2, "big")
    empty += b"\0\1" + (300).to_bytes(4, "big") + b"\0\0"
    return wire[:6] + answers.to_bytes(2, "big") + wire[8:] + empty


def _rrset(owner: dns.name.Name, kind: str, values: list[Any], ttl: int) -> dns.rrset.RRset:
    rdatas = [_rdata(kind, value) for value in values if value != []]
    return dns.rrset.from_rdata_list(owner, ttl, rdatas)


def _rdata(kind: str, value: Any) -> dns.rdata.Rdata:
    wire = _rdata_wire(kind, value)
    return dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.from_text(kind), wire, 0, len(wire))


def _rdata_wire(kind: str, value: Any) -> bytes:
    if kind == "A":
        return socket.inet_pton(socket.AF_INET, value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "MX":
        return int(value[0]).to_bytes(2, "big") + _name(value[1]).to_wire()  # type: ignore[operator]
    if kind == "TXT":
        return _txt(value)
    return _name(value).to_wire() or b""


def _txt(value: Any) -> bytes:
    strings = value if isinstance(value, list) else [value]
    raw = [s if isinstance(s, bytes) else str(s).encode("latin-1") for s in strings]
    pieces = [p for s in raw for p in ([s[i : i + 255] for i in range(0, len(s), 255)] or [b""])]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def _name(text: str) -> dns.name.Name:
    labels = [label.encode("latin-1") for label in text.rstrip(".").split(".") if label]
    return dns.name.Name([*labels, b""])
