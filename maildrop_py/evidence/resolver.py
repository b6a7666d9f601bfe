"""resolver: the answers of the user's name servers, within a message's budget.

A stub resolver over dnspython's messages. Every question is asked at most once
a message; many are asked together. An `Answer` without values means that the
name servers said so; a question that got no good answer says why in
`unanswered` and never looks like "there is nothing". CNAMEs are followed, also
where the server leaves that to us; a loop of them is no answer.

Known limits: search domains, `options` and hosts files are not for mail and not
read; a resolv.conf that cannot be read means a name server on this machine.
"""

from __future__ import annotations

import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from maildrop_py.evidence import domains
from maildrop_py.evidence.exchange import exchange
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import dns.rdata

    from maildrop_py.evidence.budget import Budget
    from maildrop_py.evidence.exchange import Server

    Question = tuple[str, str]
    Value = str | tuple[int, str] | tuple[bytes, ...]

_PAYLOAD = 1232  # octets: passes everywhere unfragmented (DNS flag day 2020)
_LONGEST_CHAIN = 8  # questions that one question may lead to by way of CNAMEs


@record
class Answer:
    """What DNS says to one question.

    A and AAAA: addresses; PTR: names; MX: (preference, name); TXT: tuples of
    bytes. `ttl` is in seconds, and holds for "there is nothing" as well
    (RFC 2308). `unanswered` is "" or the reason why nothing is known.
    """

    values: tuple[Value, ...] = ()
    ttl: int = 0
    unanswered: str = ""


def parse_server(text: str) -> Server:
    """(address, port) of `192.0.2.1`, `192.0.2.1:5353`, `::1` or `[::1]:5353`.

    Raises ValueError, saying what is wrong.
    """
    host, port = text.strip(), "53"
    if host.startswith("[") or host.count(":") == 1:
        host, colon, after = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        port = after if colon else port
    address = ip.parse(host)
    if address is None:
        raise ValueError(f"{text!r} is not an IP address, nor IP address:port")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise ValueError(f"{port!r} is not a port")
    return address.text, int(port)


def system_servers(path: str = "/etc/resolv.conf") -> tuple[Server, ...]:
    """The name servers that resolv.conf(5) names, at most three as there."""
    found: list[Server] = []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                words = line.split()
                if len(words) > 1 and words[0] == "nameserver" and ip.parse(words[1]):
                    found.append(parse_server(words[1]))
    except OSError:
        pass
    return tuple(found[:3]) or (("127.0.0.1", 53),)


class Resolver:
    """Asks `servers`, each of which may be asked about any name, within `budget`."""

    def __init__(self, servers: tuple[Server, ...], budget: Budget) -> None:
        self._servers = servers
        self._budget = budget
        self._known: dict[Question, Answer] = {}

    def within(self, budget: Budget) -> Resolver:
        """The same resolver, what it has learnt included, with another budget."""
        other = Resolver(self._servers, budget)
        other._known = self._known
        return other

    def out_of_time(self) -> bool:
        """Whether nothing more will be answered because the budget is used up."""
        return self._budget.left() <= 0

    def ask(self, name: str, kind: str) -> Answer:
        """The records of type `kind` (A, AAAA, MX, PTR, TXT) at `name`."""
        return self.ask_all([(name, kind)])[0]

    def ask_all(self, questions: list[Question]) -> list[Answer]:
        """The answers to `questions` of (name, type), asked at the same time, in order."""
        missing = [q for q in dict.fromkeys(questions) if q not in self._known]
        for question, answer in zip(missing, self._answers(missing), strict=True):
            self._known[question] = answer
        return [self._known[question] for question in questions]

    def _answers(self, questions: list[Question]) -> list[Answer]:
        queries = {q: _query(q) for q in questions}
        asked = [query for query in queries.values() if query is not None]
        replies = iter(exchange(asked, self._servers, self._budget) if asked else ())
        return [
            Answer(unanswered=f"{question[0]!r} is no domain name")
            if query is None
            else self._answer(question, next(replies))
            for question, query in queries.items()
        ]

    def _answer(
        self, question: Question, reply: dns.message.Message | str, depth: int = 0
    ) -> Answer:
        if isinstance(reply, str):
            return Answer(unanswered=reply)
        assert isinstance(reply, dns.message.QueryMessage)
        try:
            chain = reply.resolve_chaining()
        except dns.message.ChainTooLong:
            return Answer(unanswered="CNAME loop")
        except dns.exception.DNSException as error:
            return Answer(unanswered=f"unusable answer: {type(error).__name__}")
        if chain.answer is not None:
            values = tuple(map(_value, chain.answer))
            return Answer(tuple(v for v in values if v is not None), chain.minimum_ttl)
        if reply.errors:
            return Answer(unanswered="garbled answer")
        if chain.cnames and not reply.authority and not reply.rcode():
            return self._follow(chain.canonical_name, question, depth)
        return Answer((), chain.minimum_ttl)

    def _follow(self, name: dns.name.Name, question: Question, depth: int) -> Answer:
        """Asks on where the server gave a CNAME alone."""
        if depth >= _LONGEST_CHAIN:
            return Answer(unanswered="CNAME loop")
        query = _make_query(name, question[1])
        reply = exchange([query], self._servers, self._budget)[0]
        return self._answer(question, reply, depth + 1)


def _query(question: Question) -> dns.message.Message | None:
    name = domains.ascii_domain(question[0])
    if name is None:
        return None
    labels = [label.encode("ascii") for label in name.split(".")]
    return _make_query(dns.name.Name([*labels, b""]), question[1])


def _make_query(name: dns.name.Name, kind: str) -> dns.message.Message:
    return dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD)


def _value(rdata: dns.rdata.Rdata) -> Value | None:
    """What of `rdata` matters here; None for a type that nobody asked for."""
    data: Any = rdata
    kind = dns.rdatatype.to_text(rdata.rdtype)
    if kind in ("A", "AAAA"):
        return str(data.address)
    if kind == "PTR":
        return _text(data.target)
    if kind == "MX":
        return int(data.preference), _text(data.exchange)
    return tuple(data.strings) if kind == "TXT" else None


def _text(name: dns.name.Name) -> str:
    """`name` with its labels as they are, no escapes; "" for the root."""
    return b".".join(name.labels).decode("ascii", "replace").rstrip(".")
