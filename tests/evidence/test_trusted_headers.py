"""trusted_headers: results above the border of servers we know, and none from anywhere else."""

from __future__ import annotations

import pytest

from maildrop_py.evidence import border, networks, trusted_headers
from maildrop_py.evidence.spf import Spf
from maildrop_py.evidence.trusted_headers import Authentication
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.headers import Headers

IDS = ("mx.me", "Relay.me")
RELAY = "Received: from relay.me (relay.me [192.0.2.5]) by mx.me (Postfix) with ESMTP id 2"
OUTSIDE = "Received: from pc.a.example (host.a.example [203.0.113.9]) by relay.me with SMTP id 3"
GOOD = "Authentication-Results: mx.me; dkim=pass header.d=a.example; dmarc=fail; arc=none"


def read(*lines: str, sender: str | None = "u@a.example") -> tuple[Authentication, Spf | None]:
    headers = Headers("".join(line + "\n" for line in (*lines, "")).encode())
    trust = (networks.parse_network("192.0.2.0/24"),)
    where = border.find(headers, Envelope(sender=sender), trust)
    return (
        trusted_headers.authentication(headers, where, IDS),
        trusted_headers.spf(headers, where, IDS),
    )


def methods(found: Authentication) -> list[str]:
    return [f"{finding.method}={finding.result}" for finding in found.findings]


def test_results_above_the_border() -> None:
    found, _ = read(GOOD, RELAY, "authentication-results: relay.me 1; dkim=fail", OUTSIDE)
    assert methods(found) == ["dkim=pass", "dmarc=fail", "arc=none", "dkim=fail"]
    assert found.servers == ("mx.me", "relay.me")
    assert [one.result for one in found.of("dkim")] == ["pass", "fail"]
    assert found.of("spf") == ()
    assert found.unknown == ""


@pytest.mark.parametrize(
    "lines",
    [
        [RELAY, OUTSIDE, GOOD],
        [OUTSIDE, GOOD],
        [OUTSIDE, RELAY, GOOD, OUTSIDE],
        ["Authentication-Results: evil.example; dkim=pass", RELAY, OUTSIDE],
        ["Authentication-Results: dkim=pass header.d=mx.me", OUTSIDE],
        ["Authentication-Results: (mx.me) evil.example; dkim=pass", OUTSIDE],
        ["Authentication-Results: evil.example (; mx.me; dkim=pass)", OUTSIDE],
        ["Authentication-Results: =?utf-8?q?mx.me=3B_dkim=3Dpass?=", OUTSIDE],
        [GOOD],
        ["Received: from x by mx.me with SMTP", GOOD, OUTSIDE],
        [OUTSIDE, "Received: from localhost (localhost [127.0.0.1]) by mx.me", GOOD, OUTSIDE],
    ],
)
def test_forged_or_foreign_results_count_for_nothing(lines: list[str]) -> None:
    found, _ = read(*lines)
    assert found.findings == ()
    assert "above the border" in found.unknown


def test_nothing_configured_is_unknown() -> None:
    headers = Headers(f"{GOOD}\n{OUTSIDE}\n\n".encode())
    where = border.find(headers, Envelope(), ())
    assert trusted_headers.authentication(headers, where, ()).unknown


def test_message_from_inside_believes_what_stands_above_its_last_hop() -> None:
    assert methods(read(GOOD, RELAY)[0]) == ["dkim=pass", "dmarc=fail", "arc=none"]
    assert read(RELAY, GOOD)[0].unknown


SPF_LINE = (
    "Received-SPF: Pass (x) client-ip=203.0.113.9; envelope-from=u@a.example; helo=pc.a.example"
)


def test_spf_of_a_trusted_server() -> None:
    _, found = read(SPF_LINE, OUTSIDE)
    assert found == Spf("pass", "a.example", "mailfrom", source="Received-SPF")
    line = "Authentication-Results: mx.me; spf=hardfail smtp.mailfrom=a.example"
    _, found = read(line, OUTSIDE)
    assert found == Spf("fail", "a.example", source="Authentication-Results of mx.me")


def test_server_nearest_to_the_border_is_asked_first() -> None:
    inner = "Authentication-Results: mx.me; spf=pass smtp.mailfrom=u@a.example"
    outer = "Authentication-Results: relay.me; spf=softfail smtp.mailfrom=u@A.example"
    _, found = read(inner, RELAY, outer, OUTSIDE)
    assert found is not None
    assert found.result == "softfail"


@pytest.mark.parametrize(
    "line",
    [
        SPF_LINE.replace("203.0.113.9", "192.0.2.5"),
        SPF_LINE.replace("client-ip=203.0.113.9;", ""),
        SPF_LINE.replace("u@a.example", "u@b.example"),
        SPF_LINE.replace("Pass", "TempError"),
        SPF_LINE.replace("Pass", "Sure"),
        SPF_LINE + "; identity=helo",
        "Authentication-Results: mx.me; spf=pass",
        "Authentication-Results: mx.me; spf=pass smtp.mailfrom=b.example",
        "Authentication-Results: mx.me; spf=pass smtp.helo=pc.a.example",
        "Authentication-Results: evil.example; spf=pass smtp.mailfrom=a.example",
    ],
)
def test_spf_of_another_client_sender_or_server_is_not_taken(line: str) -> None:
    assert read(line, OUTSIDE)[1] is None


def test_forged_spf_below_the_border_is_not_taken() -> None:
    assert read(RELAY, OUTSIDE, SPF_LINE)[1] is None


def test_null_sender_takes_the_helo_result() -> None:
    line = "Received-SPF: fail client-ip=203.0.113.9; helo=pc.a.example; identity=helo"
    assert read(line, OUTSIDE, sender="")[1] == Spf("fail", "pc.a.example", "helo",
                                                    source="Received-SPF")  # fmt: skip
    line = "Authentication-Results: mx.me; spf=none smtp.helo=pc.a.example"
    found = read(line, OUTSIDE, sender="")[1]
    assert found is not None
    assert (found.result, found.identity) == ("none", "helo")
