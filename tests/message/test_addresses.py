"""Address lists as RFC 5322 has them, and as mail has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.addresses import Address, in_header, parse
from maildrop_py.message.headers import Headers


def texts(value: str) -> list[str]:
    return [address.text for address in parse(value)]


def from_header(raw: bytes) -> list[Address]:
    return in_header(Headers(b"From: " + raw + b"\n\n").all("From")[0])


@pytest.mark.parametrize(
    ("value", "display", "local", "domain"),
    [
        ("a@b.example", "", "a", "b.example"),
        ("<a@b.example>", "", "a", "b.example"),
        ("Ann <a@b.example>", "Ann", "a", "b.example"),
        ('"Ann, B." <a@b.example>', "Ann, B.", "a", "b.example"),
        ('"An\\"n\\\\" <a@b>', 'An"n\\', "a", "b"),
        ("a@b (Ann (of B) \\) there)", "Ann (of B) ) there", "a", "b"),
        ("Ann (comment) <a@b (inside)>", "Ann", "a", "b"),
        ("a@x <b@y>", "a@x", "b", "y"),
        ('"john doe"@b', "", "john doe", "b"),
        ('Ann <"a>b@c"@d>', "Ann", "a>b@c", "d"),
        ("<@relay,@other:a@b>", "", "a", "b"),
        ("< a @ b.example >", "", "a", "b.example"),
        ("a @ b.example", "", "a", "b.example"),
        ("a@[192.0.2.1]", "", "a", "[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "", "a", "[IPv6:2001:db8::1]"),
        ("a..b.@docomo.example", "", "a..b.", "docomo.example"),
        ("root", "", "root", ""),
        ("MAILER-DAEMON (Mail System)", "Mail System", "MAILER-DAEMON", ""),
        ("<MAILER-DAEMON>", "", "MAILER-DAEMON", ""),
        ("<>", "", "", ""),
        ("Mail System <>", "Mail System", "", ""),
        ("Ann of B", "Ann of B", "", ""),
        ("mailto:a@b", "", "a", "b"),
        ("'a@b' <'a@b'>", "'a@b'", "a", "b"),
        ("用户@例え.jp", "", "用户", "例え.jp"),
        ("a@b.example.", "", "a", "b.example"),
        ('"unclosed <a@b>', "unclosed", "a", "b"),
        ("Ann (unclosed <a@b>", "Ann unclosed", "a", "b"),
        ("Ann <a@b", "Ann", "a", "b"),
        ("<<a@b>>", "", "a", "b"),
    ],
)
def test_one_mailbox(value: str, display: str, local: str, domain: str) -> None:
    assert parse(value) == [Address(display, local, domain)]


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@b, c@d", ["a@b", "c@d"]),
        ("a@b; c@d;", ["a@b", "c@d"]),
        ("a@b c@d", ["a@b", "c@d"]),
        ("<a@b> <c@d>", ["a@b", "c@d"]),
        ("<a@b, c@d", ["a@b", "c@d"]),
        (",, a@b,,", ["a@b"]),
        ("Team: a@b, Ann <c@d>;", ["a@b", "c@d"]),
        ("Team: a@b;, e@f", ["a@b", "e@f"]),
        ("undisclosed-recipients:;", []),
        ("Undisclosed recipients: ;", []),
        ("", []),
        ("(nothing)", [""]),
        (", ; :", []),
    ],
)
def test_lists_and_groups(value: str, addresses: list[str]) -> None:
    assert texts(value) == addresses


def test_structure_is_read_before_words_are_decoded() -> None:
    """A comma or bracket that was encoded makes no address of its own."""
    (address,) = from_header(b"=?utf-8?Q?Boss_=3Cboss=40corp=3E=2C?= <thief@evil.example>")
    assert address == Address("Boss <boss@corp>,", "thief", "evil.example")


def test_specials_left_in_an_encoded_word_do_not_split_it() -> None:
    (address,) = from_header(b"=?utf-8?Q?Doe,_John_(x)?= <a@b>")
    assert address == Address("Doe, John (x)", "a", "b")


def test_japanese_names_in_every_disguise() -> None:
    name = "山田, 太郎"
    encoded = b"=?ISO-2022-JP?B?GyRCOzNFRBsoQiwgGyRCQkBPOhsoQg==?="
    for raw in (
        encoded,
        b'"' + encoded + b'"',
        b'"' + name.encode("shift_jis") + b'"',
        b'"' + name.encode("euc-jp") + b'"',
        b'"' + name.encode("iso-2022-jp") + b'"',
        b'"' + name.encode() + b'"',
    ):
        assert from_header(raw + b" <taro@docomo.example>") == [
            Address(name, "taro", "docomo.example")
        ]


def test_second_bytes_of_shift_jis_are_no_backslashes() -> None:
    assert from_header('"表示" <a@b>'.encode("shift_jis")) == [Address("表示", "a", "b")]


def test_controls_never_come_out() -> None:
    assert parse("A\0nn\r\n <a@b>") == [Address("A nn", "a", "b")]
    assert parse("=?utf-8?Q?A=0Ann?= <a@b>") == [Address("A nn", "a", "b")]


def test_the_addresses_of_a_field_are_read_once() -> None:
    field = Headers(b"To: a@b\n\n").all("To")[0]
    assert in_header(field) is in_header(field)


SPECIALS = st.text(alphabet='"(\\)<>,;: @a.=?\0あ', max_size=120)


@given(SPECIALS)
def test_nothing_raises(value: str) -> None:
    for address in parse(value):
        assert address.text.isprintable()
        assert "\0" not in address.display


@given(SPECIALS)
def test_no_address_is_made_of_nothing(value: str) -> None:
    """The result is no longer than the input: an endless list stays linear."""
    assert sum(len(a.local) + len(a.domain) for a in parse(value)) <= len(value)


@given(st.lists(st.text(alphabet="abc.-", min_size=1, max_size=8), max_size=20))
def test_every_address_of_a_plain_list_is_found(locals_: list[str]) -> None:
    assert texts(", ".join(f"<{local}@x>" for local in locals_)) == [f"{t}@x" for t in locals_]


@pytest.mark.parametrize("unit", ['"', "(", "<", "((a)", '<"', "<(", "a:<", '"\\', "=?u?q?", "@"])
def test_what_never_closes_ends(unit: str) -> None:
    """Each of these was quadratic in one parser or another; here they just take their time."""
    parse(unit * 20_000)
    parse(unit * 20_000 + ")" * 20_000 + '"')
