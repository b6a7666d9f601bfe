"""dnsbl: honest lists are believed; dead, parked and world-listing ones are not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.evidence import dnsbl, resolver
from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.dnsbl import Listing
from maildrop_py.evidence.store import Store
from maildrop_py.message import ip
from tests.support.dns_server import DnsServer

NOW = 1_700_000_000.0
CLIENT, SIX = "192.0.2.99", "2001:db8::1"
SIX_LABELS = "1." + "0." * 23 + "8.b.d.0.1.0.0.2"
TEST6 = ".0.0.f.7.f.f.f.f." + "0." * 20


def good(zone: str, *listed: str) -> dict[str, list[Any]]:
    """An honest list that has its test entry and these reversed addresses as 127.0.0.4."""
    made: dict[str, list[Any]] = {f"2.0.0.127.{zone}": [{"A": "127.0.0.2"}]}
    made.update({f"{name}.{zone}": [{"A": "127.0.0.4"}, {"TTL": 900}] for name in listed})
    return made


class Lists:
    """Looks clients up in lists served on loopback, with one store."""

    def __init__(self, server: DnsServer, store: Store) -> None:
        self.server = server
        self.store = store
        self.seconds = 20.0
        self.warnings: list[str] = []

    def ask(self, *zones: str, client: str = CLIENT, now: float = NOW) -> dict[str, Listing]:
        address = ip.parse(client)
        assert address is not None
        budget = Budget(self.seconds, time.monotonic)
        servers = (resolver.parse_server(self.server.address),)
        found, warnings = dnsbl.look_up(
            zones, address, lambda: resolver.Resolver(servers, budget), self.store, now
        )
        self.warnings += warnings
        return found


@pytest.fixture
def lists(dns_server: DnsServer, tmp_path: Path) -> Lists:
    return Lists(dns_server, Store(str(tmp_path / "cache" / "evidence.sqlite")))


def test_listed_and_not_listed(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", "99.2.0.192") | good("b.example"))
    found = lists.ask("a.example", "b.example")
    assert found == {
        "a.example": Listing("a.example", ("127.0.0.4",)),
        "b.example": Listing("b.example"),
    }
    assert lists.warnings == []


def test_ipv6_client_by_nibbles(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", SIX_LABELS))
    assert lists.ask("a.example", client=SIX)["a.example"].answers == ("127.0.0.4",)


def test_list_of_ipv6_alone_is_tested_by_its_own_entries(lists: Lists) -> None:
    zone = {f"2.0.0.0{TEST6}six.example": [{"A": "127.0.0.2"}],
            f"{SIX_LABELS}.six.example": [{"A": "127.0.0.3"}]}  # fmt: skip
    lists.server.set_zone(zone)
    assert lists.ask("six.example", client=SIX)["six.example"].answers == ("127.0.0.3",)
    assert lists.ask("six.example")["six.example"].unknown


def test_list_that_has_the_ipv6_form_of_127_0_0_1(lists: Lists) -> None:
    zone = {f"1.0.0.0{TEST6}six.example": [{"A": "127.0.0.2"}]}
    lists.server.set_zone(good("six.example", SIX_LABELS) | zone)
    assert "lists 127.0.0.1" in lists.ask("six.example", client=SIX)["six.example"].unknown


def test_mapped_client_is_looked_up_as_ipv4(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", "99.2.0.192"))
    assert lists.ask("a.example", client="::ffff:192.0.2.99")["a.example"].answers


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ({}, "does not list 127.0.0.2"),
        ({"*.bad.example": [{"A": "127.0.0.2"}]}, "lists 127.0.0.1"),
        ({"*": [{"A": "127.0.0.1"}]}, "lists 127.0.0.1"),
        ({"*": [{"A": "203.0.113.80"}]}, "lists 127.0.0.1"),
        ({"2.0.0.127.bad.example": [{"A": "203.0.113.80"}]}, "does not list 127.0.0.2"),
        ({"2.0.0.127.bad.example": [{"A": "127.255.255.254"}]}, "refusal"),
        ({"*": [{"A": "127.255.255.252"}]}, "lists 127.0.0.1"),
        ({"*": ["SERVFAIL"]}, "SERVFAIL"),
        ({"*": ["GARBAGE"]}, "garbled"),
        ({"*": ["TRUNCATED_ONLY"]}, "truncated"),
        ({"*": [{"CNAME": "x.bad.example"}]}, "CNAME loop"),
        ({"*": [{"CNAME": "x.bad.example"}, "ALONE"]}, "CNAME loop"),
    ],
    ids=["dead", "lists the world", "lies about 127.0.0.1", "parked", "parked in part",
         "refuses", "refuses all", "fails", "garbage", "truncated", "CNAME loop", "endless CNAMEs"],
)  # fmt: skip
def test_list_that_fails_its_test_is_never_believed_and_named(
    lists: Lists, records: dict[str, list[Any]], why: str
) -> None:
    lists.server.set_zone({"99.2.0.192.bad.example": [{"A": "127.0.0.2"}], **records})
    found = lists.ask("bad.example")["bad.example"]
    assert found.answers == ()
    assert why in found.unknown
    [warning] = lists.warnings
    assert "bad.example is not believed" in warning


def test_a_bad_list_does_not_spoil_a_good_one(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", "99.2.0.192") | {"*.bad.example": ["TIMEOUT"]})
    lists.seconds = 0.3
    found = lists.ask("bad.example", "a.example")
    assert found["bad.example"].unknown
    assert found["a.example"].answers == ("127.0.0.4",)


@pytest.mark.parametrize(
    "answer", ["127.255.255.252", "127.255.255.254", "127.255.255.255", "127.0.0.1"]
)
def test_refusal_for_a_client_is_no_listing(lists: Lists, answer: str) -> None:
    lists.server.set_zone(good("a.example") | {"99.2.0.192.a.example": [{"A": answer}]})
    found = lists.ask("a.example")["a.example"]
    assert found.answers == ()
    assert answer in found.unknown
    assert answer in lists.warnings[0]


def test_answer_outside_127_is_no_listing(lists: Lists) -> None:
    zone = {"99.2.0.192.a.example": [{"A": "203.0.113.1"}, {"A": "127.0.0.9"}]}
    lists.server.set_zone(good("a.example") | zone)
    assert lists.ask("a.example")["a.example"] == Listing("a.example", ("127.0.0.9",))


def test_silent_list_is_left_alone_for_a_while(lists: Lists) -> None:
    lists.server.set_zone({"*": ["TIMEOUT"]})
    lists.seconds = 0.2
    lists.ask("a.example")
    lists.server.set_zone(good("a.example", "99.2.0.192"))
    lists.server.asked.clear()
    assert "in time" in lists.ask("a.example", now=NOW + 500)["a.example"].unknown
    assert lists.server.asked == []
    assert len(lists.warnings) == 1
    lists.seconds = 20
    assert lists.ask("a.example", now=NOW + 601)["a.example"].answers


def test_what_is_remembered_is_not_asked_again(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", "99.2.0.192") | good("b.example"))
    first = lists.ask("a.example", "b.example")
    lists.server.set_zone({})
    assert lists.ask("a.example", "b.example", now=NOW + 59) == first


def test_self_test_is_remembered_for_a_day(lists: Lists) -> None:
    lists.server.set_zone(good("a.example"))
    lists.ask("a.example")
    lists.server.asked.clear()
    lists.ask("a.example", client="192.0.2.100", now=NOW + 86399)
    assert lists.server.asked == [("100.2.0.192.a.example", "A")]
    lists.ask("a.example", client="192.0.2.101", now=NOW + 86400)
    assert ("2.0.0.127.a.example", "A") in lists.server.asked


def test_listing_lives_as_long_as_its_record(lists: Lists) -> None:
    lists.server.set_zone(good("a.example", "99.2.0.192"))
    lists.ask("a.example")
    lists.server.set_zone(good("a.example"))
    assert lists.ask("a.example", now=NOW + 899)["a.example"].answers
    assert not lists.ask("a.example", now=NOW + 901)["a.example"].answers


def test_everything_is_asked_at_once(lists: Lists) -> None:
    """With ten silent lists the wait is one budget, not ten."""
    lists.server.set_zone({"*": ["TIMEOUT"]})
    lists.seconds = 0.2
    zones = [f"z{n}.example" for n in range(10)]
    assert all(listing.unknown for listing in lists.ask(*zones).values())
    assert {name for name, _ in lists.server.asked} >= {f"99.2.0.192.{zone}" for zone in zones}


def test_self_test_on_demand(lists: Lists) -> None:
    lists.server.set_zone(good("a.example"))
    servers = (resolver.parse_server(lists.server.address),)
    asked = resolver.Resolver(servers, Budget(20, time.monotonic))
    health = dnsbl.self_test(("a.example", "dead.example"), asked)
    assert health["a.example"] == ""
    assert "does not list" in health["dead.example"]


def test_nonsense_in_the_store_is_no_listing(lists: Lists) -> None:
    lists.store.learn("dnsbl", [(f"a.example {CLIENT}", "10.0.0.1 junk 127.0.0.x")], NOW)
    lists.store.learn("dnsbl zone", [("a.example 32", "ok")], NOW)
    assert lists.ask("a.example")["a.example"] == Listing("a.example")


@pytest.mark.parametrize(
    ("code", "inside", "outside"),
    [
        ("2", "127.0.0.2", "127.0.0.3"),
        ("4-7", "127.0.0.7", "127.0.0.8"),
        ("127.0.1.2", "127.0.1.2", "127.0.0.2"),
        ("127.0.1.0 - 127.0.1.255", "127.0.1.9", "127.0.2.0"),
    ],
)
def test_codes(code: str, inside: str, outside: str) -> None:
    listing = Listing("a.example", (inside, outside))
    assert listing.within((dnsbl.code_range(code),)) == (inside,)
    assert listing.within(()) == (inside, outside)


@pytest.mark.parametrize("code", ["", "256", "x", "7-4", "10.0.0.1", "::1", "4-", "-4", "127.0.0"])
def test_bad_code_says_what_is_wrong(code: str) -> None:
    with pytest.raises(ValueError, match=r"no answer of a DNS list|ends before"):
        dnsbl.code_range(code)
