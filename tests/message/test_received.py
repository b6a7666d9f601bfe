"""Received lines of the servers in use, and those that a client tries to imitate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message import received
from maildrop_py.message.headers import Headers
from maildrop_py.message.received import Hop, in_header, parse

DATE = "; Mon, 1 Jan 2024 00:00:00 +0000 (UTC)"
TLS = "(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))"


def hop(value: str) -> Hop:
    found = parse(value + DATE)
    assert found is not None
    return found


def client(value: str) -> tuple[str, str, str]:
    """HELO, name and address of the hop."""
    found = hop(value)
    return found.helo, found.name, found.address


def test_postfix() -> None:
    assert hop(
        "from mail.sender.example (host.sender.example [192.0.2.1]) by mx.example.org (Postfix)"
        " with ESMTP id 4A5B6C for <bob@example.org>"
    ) == Hop(
        helo="mail.sender.example",
        name="host.sender.example",
        address="192.0.2.1",
        by="mx.example.org",
        protocol="ESMTP",
        recipient="bob@example.org",
    )


def test_postfix_without_a_verified_name_over_tls() -> None:
    value = f"from pc (unknown [IPv6:2001:DB8::7]) {TLS} (No client certificate requested)"
    assert client(value + " by mx (Postfix) with ESMTPS id 1") == ("pc", "unknown", "2001:db8::7")


def test_postfix_submission() -> None:
    value = "from [10.0.0.5] (cable.example [198.51.100.9]) (Authenticated sender: bob)"
    found = hop(value + " by mx (Postfix) with ESMTPSA id 1 for <a@b>")
    assert found.authenticated
    assert (found.helo, found.name, found.address) == (
        "[10.0.0.5]",
        "cable.example",
        "198.51.100.9",
    )


def test_postfix_local_mail_has_no_client() -> None:
    assert hop("by mx.example.org (Postfix, from userid 1000) id 1") == Hop(by="mx.example.org")


def test_exim() -> None:
    value = "from host.example ([192.0.2.1] helo=pc) by mx with esmtps (TLS1.3) (Exim 4.96)"
    assert client(value + " (envelope-from <a@b>) id 1a-00") == ("pc", "host.example", "192.0.2.1")
    value = "from host.example ([192.0.2.1]:45321) by mx with esmtp (Exim 4.96) id 1a-00"
    assert client(value) == ("host.example", "host.example", "192.0.2.1")
    value = "from [192.0.2.1] (helo=pc) by mx with esmtp (Exim 4.96) id 1a-00 for bob@x.example"
    assert client(value) == ("pc", "unknown", "192.0.2.1")
    assert hop(value).recipient == "bob@x.example"
    assert hop("from [192.0.2.1] (helo=pc) by mx with esmtpsa (Exim 4.96)").authenticated
    assert client("from bob by mx with local (Exim 4.96) id 1a-00") == ("", "", "")


def test_sendmail() -> None:
    by = " by mx (8.17.1/8.17.1) with ESMTP id x for <a@b>"
    assert client(f"from pc (host.example [192.0.2.1]){by}") == ("pc", "host.example", "192.0.2.1")
    assert client(f"from pc (bob@host.example [192.0.2.1]){by}")[1] == "host.example"
    assert client(f"from pc ([192.0.2.1]){by}") == ("pc", "unknown", "192.0.2.1")
    forged = f"from pc (host.example [192.0.2.1] (may be\tforged)){by}"
    assert client(forged) == ("pc", "unknown", "192.0.2.1")
    assert hop(f"from pc (h.example [192.0.2.1]) (authenticated bits=0){by}").authenticated
    assert hop("(from bob@localhost) by mx (8.17.1/8.17.1/Submit) id x").by == "mx"


def test_qmail() -> None:
    assert client("from unknown (HELO pc) (192.0.2.1) by mx with SMTP") == (
        "pc",
        "unknown",
        "192.0.2.1",
    )
    assert client("from host.example (bob@192.0.2.1) by mx with SMTP") == (
        "host.example",
        "host.example",
        "192.0.2.1",
    )
    value = "from h.example (HELO pc) ([192.0.2.1]) (envelope-sender <a@b>) by mx (qmail-ldap-1.03)"
    assert client(value + " with SMTP for <c@d>") == ("pc", "h.example", "192.0.2.1")
    assert parse("(qmail 123 invoked from network); 1 Jan 2024 00:00:00 -0000") is None


def test_opensmtpd() -> None:
    value = "from pc (host.example [192.0.2.1]) by mx (OpenSMTPD) with ESMTPSA id 1"
    found = hop(value + " (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) auth=yes user=bob for <a@b>")
    assert (found.helo, found.name, found.address) == ("pc", "host.example", "192.0.2.1")
    assert found.authenticated
    assert found.recipient == "a@b"
    assert client("from mx (localhost [local]) by mx (OpenSMTPD) with ESMTPA id 1")[2] == ""
    old = "from pc (host.example [192.0.2.1]); by mx (OpenSMTPD) with ESMTP id 1; for <a@b>"
    assert client(old) == ("pc", "host.example", "192.0.2.1")


def test_exchange() -> None:
    value = (
        "from AM0.outlook.example (2603:10a6:208::21) by DB8.outlook.example (2603:10a6:10::14)"
        " with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.7113.1 via Frontend"
    )
    assert client(value) == ("AM0.outlook.example", "", "2603:10a6:208::21")
    assert hop(value).protocol == "Microsoft SMTP Server"
    value = "from m1 ([fe80::1%22]) by m2 ([fe80::2%22]) with mapi id 14.01.0421.002"
    assert client(value) == ("m1", "", "fe80::1")
    value = "from mail pickup service by m2 with Microsoft SMTPSVC"
    assert client(value) == ("", "", "")


def test_google() -> None:
    value = (
        "from pc (host.example. [2001:db8::5]) by mx.google.com with ESMTPS id s68-2 for"
        " <a@b.example> (version=TLS1_3 cipher=X bits=256/256)"
    )
    assert client(value) == ("pc", "host.example", "2001:db8::5")
    assert hop("by 2002:a17:902:aa49:: with SMTP id c9mr3004666plr").address == ""


def test_dovecot() -> None:
    value = "from mx.example ([192.0.2.1]) by store.example with LMTP id abc (envelope-from <a@b>)"
    found = hop(value + " for <c@d>")
    assert (found.helo, found.address, found.by) == ("mx.example", "192.0.2.1", "store.example")
    assert (found.protocol, found.recipient) == ("LMTP", "c@d")


def test_others() -> None:
    assert client("from pc [192.0.2.1] by localhost with IMAP (fetchmail-6)")[2] == "192.0.2.1"
    assert client("from pc ([::ffff:192.0.2.1]) by mx with esmtp")[2] == "192.0.2.1"
    assert client("from 192.0.2.9 (EHLO pc) (192.0.2.1) by mx with SMTPS") == (
        "pc",
        "",
        "192.0.2.1",
    )
    found = hop("from 192.0.2.1 (SquirrelMail authenticated user bob) by mx with HTTP")
    assert (found.address, found.authenticated) == ("192.0.2.1", True)


POSTFIX = " (real.example [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id 1"
EXIM = " by mx with esmtp (Exim 4.96) id 1"


@pytest.mark.parametrize(
    "value",
    [
        "from x (good.example [192.0.2.1])" + POSTFIX,
        "from x (good.example [192.0.2.1]) by mx.example.org" + POSTFIX,
        "from x (good.example [192.0.2.1]) by mx.example.org (Postfix) with ESMTP id 7" + POSTFIX,
        "from x(" + POSTFIX,
        "from x)" + POSTFIX,
        "from x(good[192.0.2.1])" + POSTFIX,
        "from [192.0.2.1]" + POSTFIX,
        "from x [192.0.2.1]" + POSTFIX,
        "from x ([192.0.2.1] helo=y)" + POSTFIX,
        "from by" + POSTFIX,
        "from x" + POSTFIX + ' for <"y) by z (good.example [192.0.2.1]"@example.org>',
        "from x" + POSTFIX + ' for <"y (good.example [192.0.2.1]) by z"@example.org>',
        'from x (real.example [203.0.113.9]) (Client CN "g [192.0.2.1]", Issuer "i" (not verified))'
        " by mx.example.org (Postfix) with ESMTPS id 1",
        "from real.example ([203.0.113.9] helo=x) (good.example [192.0.2.1])" + EXIM,
        "from real.example ([203.0.113.9] helo=[192.0.2.1])" + EXIM,
        'from real.example ([203.0.113.9]) by mx with esmtp (Exim 4.96) (envelope-from <"a) by z'
        ' (good.example [192.0.2.1]"@evil.example>) id 1',
        "from real.example (HELO good[192.0.2.1]) (ident@203.0.113.9) by mx with SMTP",
        "from real.example (HELO x) (192.0.2.1@203.0.113.9) by mx with SMTP",
        "from x (IDENT:[192.0.2.1]@real.example [203.0.113.9]) by mx (8.17.1/8.17.1) with ESMTP",
        "from x (real.example [203.0.113.9]) (IDENT: [192.0.2.1]) by mx with esmtp",
    ],
)
def test_nothing_the_client_says_passes_for_its_address(value: str) -> None:
    found = hop(value)
    assert found.address == "203.0.113.9"
    assert found.name in ("real.example", "")


@pytest.mark.parametrize(
    "id_", ["id 4A5B6C", "id by", "id for", "id (a)", "id 1 id 2", "id 1;x", ""]
)
@pytest.mark.parametrize("behind", ["", " for <bob@b.example>", " for by", " (a b)", " (a; b)"])
@pytest.mark.parametrize("date", [DATE, "; by [192.0.2.9]", "; auth=yes", " ; 1 Jan 2024", ""])
def test_what_is_read_once_of_lines_alike_is_what_each_of_them_tells(
    id_: str, behind: str, date: str
) -> None:
    """The id and the date of a usual line say nothing of the hop; all else does."""
    start = "from a (b.example [192.0.2.1]) by mx.example with ESMTP"
    for line in (f"{start} id 77{behind}{DATE}", f"{start} {id_}{behind}{date}"):
        assert parse(line) == received._read(" ".join(line.split()))


def test_a_helo_name_does_not_log_in() -> None:
    assert not hop("from x (authenticated)" + POSTFIX).authenticated
    assert not hop("from x (Authenticated sender: bob)" + POSTFIX).authenticated


def test_names_like_the_words_of_servers_are_names() -> None:
    for name in ("tls.example", "client.example", "authenticated.example", "using.example"):
        value = f"from x ({name} [203.0.113.9]) by mx (Postfix) with ESMTP id 1"
        assert client(value) == ("x", name, "203.0.113.9")


def test_an_encoded_word_in_a_helo_name_is_not_decoded() -> None:
    helo = "=?utf-8?Q?x_=28good.example_[192.0.2.1]=29_by_mx?="
    field = Headers(f"Received: from {helo}{POSTFIX}{DATE}\n\n".encode()).all("Received")[0]
    found = in_header(field)
    assert found is not None
    assert (found.helo, found.address) == (helo, "203.0.113.9")


@pytest.mark.parametrize(
    "value", ["", "from", "by", "garbage", "from x", "from x (y [192.0.2.1]", "x by y", "()", ";;"]
)
def test_what_is_not_understood_says_no_address(value: str) -> None:
    found = parse(value)
    assert found is None or found.address == ""


WORDS = st.sampled_from(
    [
        "from",
        "by",
        "with",
        "for",
        "id",
        "(",
        ")",
        "<",
        ">",
        '"',
        ";",
        "\\",
        "[192.0.2.1]",
        "x",
        "\0",
    ]
)


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=80))
def test_nothing_raises(value: str) -> None:
    parse(value)


@given(st.text(alphabet="ab.-_[]()<>@\"'", min_size=1, max_size=30))
def test_no_helo_name_without_blanks_hides_the_address(helo: str) -> None:
    found = hop(f"from {helo} (real.example [203.0.113.9]) by mx (Postfix) with ESMTP id 1")
    assert (found.name, found.address) == ("real.example", "203.0.113.9")


@pytest.mark.parametrize("unit", ["(", "((a)", "<", '<"', "by ", "(a) ", "<a>", "\\", "(HELO a) "])
def test_what_never_closes_ends(unit: str) -> None:
    parse("from " + unit * 20_000 + " by mx")


def test_open_comment_that_hides_the_servers_own_words_is_not_understood() -> None:
    helo = "x) (relay.me [192.0.2.5]) by mx.me with ESMTP id 7; ("
    assert parse(f"from {helo} (host.example [203.0.113.9]) by mx.me (Postfix) with SMTP") is None
