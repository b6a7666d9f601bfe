"""resolver: honest answers from a real server, and no answer at all from one that misbehaves."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from maildrop_py.evidence import resolver
from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.resolver import Answer, Resolver
from tests.support.dns_server import DnsServer

PATIENT, HASTY = 20.0, 0.25  # seconds; the hasty budget is for questions nobody answers


def resolver_for(*addresses: str, seconds: float = PATIENT) -> Resolver:
    servers = tuple(resolver.parse_server(address) for address in addresses)
    return Resolver(servers, Budget(seconds, time.monotonic))


@pytest.mark.parametrize(
    ("kind", "record", "value"),
    [
        ("A", "192.0.2.7", "192.0.2.7"),
        ("AAAA", "2001:db8::7", "2001:db8::7"),
        ("PTR", "Mail.Other.org", "Mail.Other.org"),
        ("MX", [10, "mx.example.com"], (10, "mx.example.com")),
        ("MX", [0, ""], (0, "")),
        ("TXT", ["v=spf1 ", "-all"], (b"v=spf1 ", b"-all")),
        ("TXT", b"\x96", (b"\x96",)),
    ],
)
def test_records_of_every_type(
    dns_server: DnsServer, kind: str, record: object, value: object
) -> None:
    dns_server.set_zone({"a.example.com": [{kind: record}, {"TTL": 77}]})
    answer = resolver_for(dns_server.address).ask("A.Example.com.", kind)
    assert answer == Answer((value,), 77)  # type: ignore[arg-type]


def test_nothing_there_is_an_answer(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example.com": [{"A": "192.0.2.7"}]})
    asked = resolver_for(dns_server.address)
    assert not asked.ask("b.example.com", "A").unanswered
    assert not asked.ask("a.example.com", "MX").unanswered


def test_a_question_is_asked_once(dns_server: DnsServer) -> None:
    asked = resolver_for(dns_server.address)
    asked.ask_all([("a.example", "A"), ("a.example", "A")])
    asked.within(Budget(PATIENT, time.monotonic)).ask("a.example", "A")
    assert dns_server.asked == [("a.example", "A")]


def test_odd_names_are_asked_as_they_are(dns_server: DnsServer) -> None:
    names = ["foo:bar/baz.example.com", "macro%percent  space.example.com", "a\\065.example.com"]
    dns_server.set_zone({name: [{"A": "192.0.2.7"}] for name in names})
    asked = resolver_for(dns_server.address)
    assert [asked.ask(name, "A").values for name in names] == [("192.0.2.7",)] * 3


def test_international_names_are_asked_as_a_labels(dns_server: DnsServer) -> None:
    dns_server.set_zone({"xn--r8jz45g.jp": [{"A": "192.0.2.7"}]})
    assert resolver_for(dns_server.address).ask("例え.JP", "A").values == ("192.0.2.7",)


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64 + ".b", "a." * 130, "\ud800.jp"])
def test_what_is_no_domain_name_is_never_asked(dns_server: DnsServer, name: str) -> None:
    assert resolver_for(dns_server.address).ask(name, "A").unanswered
    assert dns_server.asked == []


@pytest.mark.parametrize("misdeed", ["GARBAGE", "SERVFAIL", "REFUSED", "TRUNCATED_ONLY"])
def test_a_bad_answer_is_no_answer_and_known_at_once(dns_server: DnsServer, misdeed: str) -> None:
    dns_server.set_zone({"*": [misdeed]})
    answer = resolver_for(dns_server.address).ask("a.example", "A")
    assert answer.unanswered
    assert answer.values == ()


@pytest.mark.parametrize("misdeed", ["NOISE", "WRONG_ID", "WRONG_QUESTION", "TIMEOUT"])
def test_what_does_not_answer_the_question_is_passed_over(
    dns_server: DnsServer, misdeed: str
) -> None:
    dns_server.set_zone({"*": [misdeed]})
    answer = resolver_for(dns_server.address, seconds=HASTY).ask("a.example", "A")
    assert "in time" in answer.unanswered


def test_truncated_answer_comes_over_tcp(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example": [{"TXT": "x" * 4000}, "TRUNCATED"]})
    [strings] = resolver_for(dns_server.address).ask("a.example", "TXT").values
    assert isinstance(strings, tuple)
    assert sum(len(piece) for piece in strings if isinstance(piece, bytes)) == 4000
    assert dns_server.over_tcp == 1


def test_server_that_knows_no_edns_is_asked_without(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example": [{"A": "192.0.2.7"}, "NO_EDNS"]})
    assert resolver_for(dns_server.address).ask("a.example", "A").values == ("192.0.2.7",)


@pytest.mark.parametrize("alone", [[], ["ALONE"]], ids=["chain in one answer", "one by one"])
def test_cnames_are_followed(dns_server: DnsServer, alone: list[str]) -> None:
    dns_server.set_zone(
        {
            "a.example": [{"CNAME": "b.example"}, *alone],
            "b.example": [{"CNAME": "c.example"}, *alone],
            "c.example": [{"A": "192.0.2.7"}],
        }
    )
    assert resolver_for(dns_server.address).ask("a.example", "A").values == ("192.0.2.7",)


@pytest.mark.parametrize("alone", [[], ["ALONE"]], ids=["loop in one answer", "one by one"])
def test_cname_loop_is_no_answer(dns_server: DnsServer, alone: list[str]) -> None:
    dns_server.set_zone(
        {
            "a.example": [{"CNAME": "b.example"}, *alone],
            "b.example": [{"CNAME": "A.example"}, *alone],
        }
    )
    assert resolver_for(dns_server.address).ask("a.example", "A").unanswered


def test_an_unusable_record_does_not_hide_the_good_one(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example": [{"TXT": "v=spf1 -all"}, {"TXT": []}]})
    assert resolver_for(dns_server.address).ask("a.example", "TXT").values == ((b"v=spf1 -all",),)


def test_only_unusable_records_are_no_answer(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example": [{"TXT": []}]})
    assert resolver_for(dns_server.address).ask("a.example", "TXT").unanswered


def test_next_server_is_asked_where_one_fails(dns_server: DnsServer) -> None:
    dns_server.set_zone({"a.example": [{"A": "192.0.2.7"}]})
    broken = DnsServer({"*": ["SERVFAIL"]})
    try:
        answer = resolver_for(broken.address, dns_server.address).ask("a.example", "A")
    finally:
        broken.close()
    assert answer.values == ("192.0.2.7",)


def test_port_where_nobody_listens_is_known_at_once(dns_server: DnsServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{unused.getsockname()[1]}"
    dns_server.set_zone({"a.example": [{"A": "192.0.2.7"}]})
    assert resolver_for(nobody).ask("a.example", "A").unanswered
    assert resolver_for(nobody, dns_server.address).ask("a.example", "A").values


def test_silence_costs_one_budget_whatever_the_number_of_questions(dns_server: DnsServer) -> None:
    """The clock counts waiting only, so the test does not depend on the machine's speed."""
    dns_server.set_zone({"*": ["TIMEOUT"]})
    budget = Budget(HASTY, time.monotonic)
    asked = Resolver((resolver.parse_server(dns_server.address),), budget)
    answers = asked.ask_all([(f"{n}.example", "A") for n in range(20)])
    assert budget.left() == 0
    answers += [asked.ask(f"late{n}.example", "A") for n in range(20)]
    assert all(answer.unanswered for answer in answers)
    assert budget.left() == 0


def test_tcp_server_that_drips_is_left_when_the_time_is_over(dns_server: DnsServer) -> None:
    """A reply that comes byte by byte for ever must not keep a delivery waiting."""
    dns_server.set_zone({"*": ["DRIPPING"]})
    answer = resolver_for(dns_server.address, seconds=HASTY).ask("a.example", "A")
    assert "TCP" in answer.unanswered


def test_a_part_of_the_budget_leaves_the_rest(dns_server: DnsServer) -> None:
    dns_server.set_zone({"*": ["TIMEOUT"], "a.example": [{"A": "192.0.2.7"}]})
    budget = Budget(PATIENT, time.monotonic)
    asked = Resolver((resolver.parse_server(dns_server.address),), budget)
    assert asked.within(budget.part(0.01)).ask("slow.example", "A").unanswered
    assert asked.ask("a.example", "A").values == ("192.0.2.7",)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_name_servers_by_address_and_port(text: str, server: tuple[str, int]) -> None:
    assert resolver.parse_server(text) == server


@pytest.mark.parametrize(
    "text", ["", "localhost", "192.0.2.1:", "192.0.2.1:x", "1.2.3.4:70000", "1.2.3.4:0", "[::1]x"]
)
def test_bad_name_server_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an IP address|is not a port"):
        resolver.parse_server(text)


def test_name_servers_of_resolv_conf(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("# mine\nsearch example\nnameserver 192.0.2.1\nnameserver nonsense\n"
                    "nameserver\nnameserver 2001:db8::1\noptions rotate\n")  # fmt: skip
    assert resolver.system_servers(str(path)) == (("192.0.2.1", 53), ("2001:db8::1", 53))
    assert resolver.system_servers(str(tmp_path / "none")) == (("127.0.0.1", 53),)
