"""result_fields: RFC 8601's own examples, real fields, and fields made to mislead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import result_fields
from maildrop_py.evidence.result_fields import AuthenticationResults, Finding


def parse(value: str) -> AuthenticationResults:
    found = result_fields.authentication_results(value)
    assert found is not None
    return found


def results(value: str) -> list[tuple[str, str]]:
    return [(finding.method, finding.result) for finding in parse(value).findings]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("example.org 1; none", []),
        ("example.com; spf=pass smtp.mailfrom=example.net", [("spf", "pass")]),
        (
            "example.com; auth=pass (cleartext) smtp.auth=sender@example.net; "
            "spf=pass smtp.mailfrom=example.net",
            [("auth", "pass"), ("spf", "pass")],
        ),
        (
            "example.com; dkim=pass (good signature) header.d=example.com; "
            "dkim=fail (bad signature) header.d=example.com",
            [("dkim", "pass"), ("dkim", "fail")],
        ),
        # as in RFC 8601 B.7: comments wherever the grammar lets them be
        (
            "mx.example (a) 1 (b); dkim (c) / 1 (d) = (e) fail policy (f) . (g) expired (h) = "
            "(i (j)) 1362471462",
            [("dkim", "fail")],
        ),
        ("MX.Example.com;DKIM=Pass;", [("dkim", "pass")]),
        ("example.com;;; spf=pass", [("spf", "pass")]),
        ("example.com; dkim/2=pass; spf/1=fail", [("spf", "fail")]),
        ("example.com; spf pass; dkim=none", [("dkim", "none")]),
    ],
)
def test_results(value: str, expected: list[tuple[str, str]]) -> None:
    assert results(value) == expected


def test_exchange_online_names_no_server() -> None:
    value = (
        "spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=example.com; dkim=pass (signature was"
        " verified) header.d=example.com;dmarc=pass action=none header.from=example.com;"
        "compauth=pass reason=100"
    )
    assert parse(value).server == result_fields.UNNAMED
    assert results(value) == [(name, "pass") for name in ("spf", "dkim", "dmarc", "compauth")]


def test_properties_and_reason() -> None:
    [finding] = parse(
        'mx.example; dkim=fail reason="bad; \\"signature\\"" header.i=@Example.com '
        "header.b=ab/c+d= (comment) action=none"
    ).findings
    assert finding == Finding(
        "dkim",
        "fail",
        'bad; "signature"',
        (("header.i", "@Example.com"), ("header.b", "ab/c+d="), ("action", "none")),
    )


def test_property_with_comments_in_its_name() -> None:
    [finding] = parse("a.example; dkim=fail policy (x) . (y) expired (z) = (w) 1362").findings
    assert finding.value("policy.expired") == "1362"


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ("smtp.mailfrom=prvs=1234=user@example.net", "prvs=1234=user@example.net"),
        ('smtp.mailfrom="a b; dkim=pass"@example.net', "a b; dkim=pass@example.net"),
        ('smtp.mailfrom="a\\"; dkim=pass; \\""@example.net', 'a"; dkim=pass; "@example.net'),
        ("smtp.mailfrom=<>", "<>"),
        ('smtp.mailfrom=""', ""),
        ("smtp.mailfrom=ユーザ@例え.jp", "ユーザ@例え.jp"),
    ],
)
def test_odd_senders_stay_inside_their_property(value: str, sender: str) -> None:
    [finding] = parse(f"mx.example; spf=fail {value}").findings
    assert (finding.method, finding.result) == ("spf", "fail")
    assert finding.value("smtp.mailfrom") == sender


@pytest.mark.parametrize(
    "value",
    [
        "mx.example (; dkim=pass); spf=fail",
        "mx.example; spf=fail (a (nested; dkim=pass) one; dkim=pass)",
        'mx.example; spf=fail reason="; dkim=pass"',
        "mx.example; spf=fail (\\); dkim=pass)",
        "mx.example; spf=fail ( dkim=pass; dkim=pass",
        'mx.example; spf=fail reason="; dkim=pass; dkim=pass',
        "mx.example; spf=fail dkim=pass",
    ],
)
def test_nothing_in_comments_or_strings_is_a_result(value: str) -> None:
    assert results(value) == [("spf", "fail")]


@pytest.mark.parametrize(
    "value",
    ["", ";", "; dkim=pass",
     "mx.example 2; dkim=pass", "mx.example other; dkim=pass", "(mx.example); dkim=pass",
     "= ; dkim=pass", "mx.example dkim=pass"],
)  # fmt: skip
def test_without_a_server_or_of_another_version_it_is_none(value: str) -> None:
    assert result_fields.authentication_results(value) is None


def test_quoted_server() -> None:
    assert parse('"Mx.Example" 1; dkim=pass').server == "mx.example"


def test_received_spf() -> None:
    field = result_fields.received_spf(
        "Pass (mx.me: domain of a@b.example; client-ip=1.1.1.1) client-ip=192.0.2.1; "
        'envelope-from="a; helo=x"@b.example; helo=b.example; receiver=mx.me;'
    )
    assert field is not None
    assert field.result == "pass"
    assert field.value("client-ip") == "192.0.2.1"
    assert field.value("envelope-from") == "a; helo=x@b.example"
    assert field.value("helo") == "b.example"
    assert field.value("identity") == ""


@pytest.mark.parametrize("value", ["", "(pass)", "pass=fail", ";", "=pass"])
def test_received_spf_without_a_result(value: str) -> None:
    found = result_fields.received_spf(value)
    assert found is None or found.result not in ("pass", "fail")


@given(st.text('ab.;=()"\\ /1', max_size=60))
def test_never_raises_and_never_loops(value: str) -> None:
    result_fields.authentication_results(value)
    result_fields.received_spf(value)


@pytest.mark.parametrize("piece", ["(", '"', "=", ";", "a=", "(\\", "a/", '"a"', " ", ")"])
def test_long_fields_take_linear_time(piece: str) -> None:
    """A quadratic parser would take minutes for each of these."""
    result_fields.authentication_results("mx.example; " + piece * 200_000)
