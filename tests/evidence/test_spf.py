"""spf: where pyspf alone would differ from RFC 7208, and what hostile records may not do."""

from __future__ import annotations

import contextlib
import time
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import resolver, spf, spf_macros
from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.spf import Spf
from maildrop_py.message import ip
from tests.support.dns_server import DnsServer


class Door:
    """Our door to SPF with a resolver of its own for each question."""

    def __init__(self, server: DnsServer) -> None:
        self.server = server
        self.seconds = 30.0
        self.zone: dict[str, list[Any]] = {}  # beside what each check is given

    def check(
        self,
        policy: Any,
        sender: str = "user@example.com",
        client: str = "192.0.2.1",
        helo: str = "mail.example.com",
        **more: list[Any],
    ) -> Spf:
        return self.whole(policy, sender, client, helo, **more)[0]

    def whole(
        self,
        policy: Any,
        sender: str = "user@example.com",
        client: str = "192.0.2.1",
        helo: str = "mail.example.com",
        **more: list[Any],
    ) -> tuple[Spf, int, bool]:
        others = {name.replace("__", ".") + ".example.com": value for name, value in more.items()}
        self.server.set_zone({"example.com": [{"TXT": policy}], **others, **self.zone})
        address = ip.parse(client)
        assert address is not None
        servers = (resolver.parse_server(self.server.address),)
        asked = resolver.Resolver(servers, Budget(self.seconds, time.monotonic))
        who = spf.identity(sender, helo)
        return spf.check(address, who, helo, asked, 1_000_000_000.0, "receiver.example")


@pytest.fixture
def door(dns_server: DnsServer) -> Door:
    return Door(dns_server)


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ("v=spf1 Redirect=other.example.com", "pass"),
        ("v=spf1 foo=a foo=b Foo=c ip4:192.0.2.1 -all", "pass"),
        ("v=spf1 foo=%{c} -all", "fail"),
        ("v=spf1 +exists -all", "permerror"),
        ("v=spf1 -exists", "permerror"),
        ("v=spf1 a:%{d.example.com -all", "permerror"),
        ("v=spf1 a:%{d0}.example.com -all", "permerror"),
        ("v=spf1 a:%{dx}.example.com -all", "permerror"),
        ("v=spf1 a:%%%(x.example.com -all", "permerror"),
        ("v=spf1 exists:%{o-e}.x -all", "permerror"),
        ("v=spf1 exists:%{lr+}.user.example.com -all", "pass"),
        ("v=spf1 redirect=a.example.com redirect=other.example.com", "permerror"),
        ("v=spf1 ip4:192.0.2.1/" + "1" * 450 + " -all", "permerror"),
        ("v=spf1 ip4:192.0.2.1/" + "1" * 5000 + " -all", "permerror"),
        ("v=spf1 a:" + "a" * 500 + "! -all", "permerror"),
        ("v=spf1 " + "a:." + "a" * 500 + "-1 ", "permerror"),
        ("v=spf1 foo=" + "a" * 500 + " ip4:192.0.2.1", "pass"),
        ("v=spf1 " + "?all " * 4000, "permerror"),
        ("v=spf1\tip4:192.0.2.1 -all", "none"),
        ("v=spf1 ip4:192.0.2.1\n", "permerror"),
    ],
)
def test_grammar_of_the_rfc_where_pyspf_has_another(door: Door, policy: str, result: str) -> None:
    found = door.check(
        policy,
        sender="a+b@example.com",
        other=[{"TXT": "v=spf1 ip4:192.0.2.1 -all"}],
        b__a__user=[{"A": "127.0.0.2"}],
    )
    assert found.result == result


def test_redirect_that_is_not_reached_is_not_counted(door: Door) -> None:
    policy = "v=spf1 " + "a:no.example.com " * 9 + "a:yes.example.com redirect=example.com"
    more = {"no": [{"A": "192.0.2.9"}], "yes": [{"A": "192.0.2.1"}]}
    assert door.check(policy, **more).result == "pass"
    assert door.check(policy, client="192.0.2.5", **more).result == "permerror"


def test_hosts_without_ipv6_are_no_void_lookups_of_their_own(door: Door) -> None:
    hosts: dict[str, list[Any]] = {f"mx{n}": [{"A": "192.0.2.9"}] for n in range(4)}
    policy = "v=spf1 mx:hosts.example.com ip6:2001:db8::/32 -all"
    hosts["hosts"] = [{"MX": [n, f"mx{n}.example.com"]} for n in range(4)]
    assert door.check(policy, client="2001:db8::1", **hosts).result == "pass"


def test_error_in_reverse_dns_is_no_match_and_no_temperror(door: Door) -> None:
    door.zone.update({"1.2.0.192.in-addr.arpa": ["SERVFAIL"]})
    assert door.check("v=spf1 ptr ip4:192.0.2.1 -all").result == "pass"
    assert door.check("v=spf1 exists:%{p}.example.com -all").result == "fail"


def test_silent_reverse_dns_is_a_temperror_not_a_fail(door: Door) -> None:
    """A network that is down must not make an honest sender a forger."""
    door.zone.update({"1.2.0.192.in-addr.arpa": ["TIMEOUT"]})
    door.seconds = 0.25
    assert door.check("v=spf1 ptr -all").result == "temperror"


def test_explanation_is_looked_up_for_a_fail_only(door: Door) -> None:
    more: dict[str, list[Any]] = {"why": [{"TXT": "%{i} may not send for %{d}: %{s}"}]}
    policy = "v=spf1 ip4:192.0.2.1 exp=why.example.com -all"
    assert door.check(policy, **more).explanation == ""
    assert ("why.example.com", "TXT") not in door.server.asked
    found = door.check(policy, client="198.51.100.1", **more)
    assert found.explanation == "198.51.100.1 may not send for example.com: user@example.com"


def test_explanation_longer_than_a_name_is_whole(door: Door) -> None:
    text = "Read this. " * 40
    found = door.check("v=spf1 -all exp=why.example.com", why=[{"TXT": text}])
    assert found.explanation == text


@pytest.mark.parametrize("text", ["a\nX-Forged: yes", "a\x1b[31m", "%{x}", "\x80"])
def test_explanation_with_odd_characters_is_dropped(door: Door, text: str) -> None:
    found = door.check("v=spf1 -all exp=why.example.com", why=[{"TXT": text}])
    assert (found.result, found.explanation) == ("fail", "")


def test_local_part_with_an_at_sign_keeps_its_domain(door: Door) -> None:
    found = door.check("v=spf1 ip4:192.0.2.1 -all", sender='"a@evil.example"@example.com')
    assert (found.result, found.domain) == ("pass", "example.com")


def test_null_sender_is_postmaster_at_helo(door: Door) -> None:
    found = door.check("v=spf1 exists:%{l}.%{d} -all", "", helo="Example.COM",
                       postmaster=[{"A": "127.0.0.2"}])  # fmt: skip
    assert found == Spf("pass", "example.com", "helo", "exists:%{l}.%{d}", "", "DNS")


@pytest.mark.parametrize(
    "sender", ["root", "a@localhost", "a@[192.0.2.1]", "a@", "a@-..-", "a@" + "x" * 64 + ".com"]
)
def test_sender_without_a_real_domain_is_none_and_asks_nothing(door: Door, sender: str) -> None:
    assert door.check("v=spf1 -all", sender=sender).result == "none"
    assert door.server.asked == []


def test_international_domain_is_asked_in_a_labels(door: Door) -> None:
    door.zone.update({"xn--r8jz45g.jp": [{"TXT": "v=spf1 ip4:192.0.2.1 -all"}]})
    found = door.check("", sender="用户@例え.jp")
    assert (found.result, found.domain) == ("pass", "xn--r8jz45g.jp")


def test_international_local_part_matches_no_macro(door: Door) -> None:
    """RFC 8616 4: a term whose macro holds non-ASCII characters does not match."""
    door.zone.update({"*.user.example.com": [{"A": "127.0.0.2"}]})
    assert (
        door.check("v=spf1 exists:%{l}.user.example.com -all", "用户@example.com").result == "fail"
    )
    assert door.check("v=spf1 exists:%{l}.user.example.com -all", "x@example.com").result == "pass"


def test_mapped_address_is_checked_as_ipv4(door: Door) -> None:
    policy = "v=spf1 ip4:192.0.2.1 -all"
    assert door.check(policy, client="::ffff:192.0.2.1").result == "pass"


def test_dead_resolver_is_a_temperror_after_one_budget(door: Door) -> None:
    door.zone.update({"example.com": ["TIMEOUT"]})
    door.seconds = 0.25
    found, life, _ = door.whole("")
    assert (found.result, life) == ("temperror", 0)
    assert "in time" in found.unknown


@pytest.mark.parametrize("misdeed", ["GARBAGE", "SERVFAIL", "TRUNCATED_ONLY", "REFUSED"])
def test_bad_answers_are_a_temperror(door: Door, misdeed: str) -> None:
    door.zone.update({"include.example.com": [misdeed]})
    assert door.check("v=spf1 include:include.example.com -all").result == "temperror"


def test_result_lives_as_long_as_its_shortest_record(door: Door) -> None:
    more: dict[str, list[Any]] = {"a": [{"A": "192.0.2.1"}, {"TTL": 120}]}
    assert door.whole("v=spf1 a:a.example.com -all", **more)[1] == 120
    assert door.whole("v=spf1 ip4:192.0.2.1 -all")[1] == 300


@pytest.mark.parametrize(
    ("policy", "personal"),
    [
        ("v=spf1 ip4:192.0.2.1 -all", False),
        ("v=spf1 exists:%{i}.%{o}.%{d} -all", False),
        ("v=spf1 exists:%{l}.example.com -all", True),
        ("v=spf1 include:%{H} -all", True),
    ],
)
def test_result_is_personal_only_where_sender_or_helo_are_in_it(
    door: Door, policy: str, personal: bool
) -> None:
    assert door.whole(policy)[2] is personal


_WORDS = "a mx ptr exists include ip4 ip6 all redirect= exp= foo= .example.com x.y ::1 192.0.2.1 24"
_MACROS = "% %% %_ %{d} %{l} %{p} %{t} %{ir} %{ } //"
_PIECES = [*_WORDS.split(), *_MACROS.split(), *':/=10r-+?~.\t\0é\\()",!', *" " * 12]


@pytest.mark.parametrize("seed", range(8))
def test_nonsense_in_records_yields_a_result(door: Door, seed: int) -> None:
    random = Random(seed)
    for _ in range(25):
        policy = "v=spf1 " + "".join(random.choices(_PIECES, k=24))
        found = door.check(policy.encode("latin-1"), inner=[{"TXT": policy.encode("latin-1")}])
        assert found.result in spf.RESULTS
        assert spf.unpack(spf.pack(found)) is not None


def test_long_name_loses_as_many_labels_as_it_must() -> None:
    name = spf_macros.as_name(".".join(["abcdefghi"] * 40) + ".")
    assert len(name) <= 253
    assert len(name) == 9 * 25 + 24


@pytest.mark.parametrize(
    ("macro", "expanded"),
    [
        ("%{o-}", "my.domain.com"),
        ("%{o1}", "com"),
        ("%{or}", "com.my-domain"),
        ("%{o2-r}", None),
        ("%{o2r-.}", "domain.my"),
        ("%{O}%%%_%-", "my-domain.com% %20"),
    ],
)
def test_macros(macro: str, expanded: str | None) -> None:
    values = {"o": "my-domain.com"}
    if expanded is None:
        with pytest.raises(spf_macros.MacroError):
            spf_macros.expand(macro, values.__getitem__)
    else:
        assert spf_macros.expand(macro, values.__getitem__) == expanded


@given(st.text(max_size=60).map(lambda text: "%{d" * 3 + text))
def test_any_text_expands_or_is_refused(text: str) -> None:
    with contextlib.suppress(spf_macros.MacroError):
        spf_macros.expand(text, lambda _: "x")


@given(
    st.builds(
        Spf,
        st.sampled_from(spf.RESULTS),
        st.text("ab.", max_size=9),
        st.sampled_from(["mailfrom", "helo"]),
        st.text("ab:%{}", max_size=9),
        st.text("ab \t", max_size=9).map(str.strip),
    )
)
def test_packed_result_comes_back(found: Spf) -> None:
    back = spf.unpack(spf.pack(found))
    assert back is not None
    assert back.result == found.result
    assert back.explanation == found.explanation.replace("\t", " ")


@given(st.text(max_size=40))
def test_what_was_not_packed_is_not_believed(text: str) -> None:
    found = spf.unpack(text)
    assert found is None or found.result in spf.RESULTS


def test_every_result_has_a_sentence() -> None:
    for result in spf.RESULTS:
        assert result in Spf(result, "example.com", explanation="why").sentence("192.0.2.1")
    assert "offline" in Spf("unknown", unknown="offline").sentence("192.0.2.1")
