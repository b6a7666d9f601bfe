"""The table of countries: made of registries' files, read by a binary search."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from maildrop_py.evidence.country import OLDEST, Unusable, open_table
from maildrop_py.evidence.country_table import BadRecord, Collected
from maildrop_py.message import ip

HEAD = "2|test|20261127|9|19830705|20261127|+0000"
DAY = 1795737600


def built(*records: str) -> bytes:
    collected = Collected()
    collected.read([HEAD, *records], "test")
    return collected.built().data


def code(path: Path, address: str) -> str:
    parsed = ip.parse(address)
    assert parsed is not None
    return open_table(str(path), DAY).code(parsed)


def test_counts_need_not_be_powers_of_two_and_neighbours_become_one(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(
        built(
            "test|FR|ipv4|192.0.2.0|768|20200101|assigned|x",
            "test|FR|ipv4|192.0.5.0|256|20210101|allocated",
            "test|JP|ipv6|2001:db8::|33|20200101|allocated",
            "test||ipv4|10.0.0.0|256||available",
            "test|ZZ|ipv4|10.1.0.0|256||reserved",
            "test|EU|asn|64500|1|20200101|allocated",
            "# a remark",
        )
    )
    assert len(open_table(str(path), DAY)) == 4  # type: ignore[arg-type]
    for address, country in {
        "192.0.1.255": "",
        "192.0.2.0": "fr",
        "192.0.5.255": "fr",
        "192.0.6.0": "",
        "0.0.0.0": "",
        "255.255.255.255": "",
        "10.0.0.1": "",
        "10.1.0.1": "",
        "2001:db8:7fff::1": "jp",
        "2001:db8:8000::1": "",
        "::": "",
    }.items():
        assert code(path, address) == country, address


def test_of_two_that_overlap_the_later_one_counts(tmp_path: Path) -> None:
    inner = "test|DE|ipv4|192.0.2.64|64|20220101|allocated"
    outer = "test|US|ipv4|192.0.0.0|65536|19930101|assigned"
    for records in ((inner, outer), (outer, inner)):
        path = tmp_path / "t"
        path.write_bytes(built(*records))
        found = [code(path, f"192.0.2.{last}") for last in (63, 64, 127, 128)]
        assert found == ["us", "de", "de", "us"]


def test_any_ranges_are_found_again(tmp_path: Path) -> None:
    dice = random.Random(7)
    at, records, wanted = 1 << 24, [], {}
    for _ in range(3000):
        at += dice.choice([0, 0, 256, 5120])
        size = dice.choice([256, 1024, 768])
        country = dice.choice(["de", "fr", "jp", "br"])
        start = ".".join(map(str, at.to_bytes(4, "big")))
        records.append(f"test|{country.upper()}|ipv4|{start}|{size}|20200101|allocated")
        wanted |= {at: country, at + size - 1: country}
        at += size
    path = tmp_path / "t"
    path.write_bytes(built(*records))
    table = open_table(str(path), DAY)
    for number, country in wanted.items():
        address = ip.parse(".".join(map(str, number.to_bytes(4, "big"))))
        assert address is not None and table.code(address) == country


@pytest.mark.parametrize(
    "record",
    [
        "test|FR|ipv4|192.0.2|256|20200101|allocated",
        "test|FR|ipv4|192.0.2.0|many|20200101|allocated",
        "test|FRA|ipv4|192.0.2.0|256|20200101|allocated",
        "test|FR|ipv4|255.255.255.0|512|20200101|allocated",
    ],
)
def test_a_record_that_is_none_is_said_with_its_place(record: str) -> None:
    with pytest.raises(BadRecord, match="test:2:"):
        built(record)


def test_a_file_that_says_nothing_makes_no_table() -> None:
    with pytest.raises(BadRecord):
        built()


@pytest.mark.parametrize("damage", ["cut", "other", "empty", "missing", "old", "mmdb"])
def test_a_table_that_cannot_be_used_is_said_so(damage: str, tmp_path: Path) -> None:
    path = tmp_path / ("t.mmdb" if damage == "mmdb" else "t")
    data = built("test|FR|ipv4|192.0.2.0|768|20200101|assigned")
    contents = {"cut": data[:-1], "other": b"GIF89a", "empty": b"", "old": data, "mmdb": data}
    if damage != "missing":
        path.write_bytes(contents[damage])
    now = DAY + OLDEST + 86400 if damage == "old" else DAY
    with pytest.raises(Unusable):
        open_table(str(path), now)


def mmdb(network: int, prefix: int, code: str) -> bytes:
    """A database of MaxMind's form (version 2.0) that has one network of IPv4."""

    def text(value: str) -> bytes:
        return bytes([0x40 | len(value)]) + value.encode()

    def number(kind: int, size: int, value: int) -> bytes:
        head = bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
        return head + value.to_bytes(size, "big")

    tree = b""
    for bit in range(prefix):
        last = bit == prefix - 1
        ahead = prefix + 16 if last else bit + 1
        one = network >> (31 - bit) & 1
        records = (prefix, ahead) if one else (ahead, prefix)
        tree += b"".join(record.to_bytes(3, "big") for record in records)
    country = b"\xe1" + text("iso_code") + text(code)
    data = b"\xe1" + text("country") + country
    facts = {
        "binary_format_major_version": number(5, 2, 2),
        "binary_format_minor_version": number(5, 1, 0),
        "build_epoch": number(9, 8, DAY),
        "database_type": text("Test"),
        "ip_version": number(5, 2, 4),
        "languages": bytes([0, 4]),
        "node_count": number(6, 4, prefix),
        "record_size": number(5, 2, 24),
        "description": b"\xe0",
    }
    meta = bytes([0xE0 | len(facts)]) + b"".join(text(k) + v for k, v in facts.items())
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + meta


def test_a_database_of_maxminds_form_is_read(tmp_path: Path) -> None:
    pytest.importorskip("maxminddb")
    path = tmp_path / "t.mmdb"
    path.write_bytes(mmdb(0xCB007100, 24, "BR"))  # 203.0.113.0/24
    assert [code(path, f"203.0.{third}.9") for third in (113, 114)] == ["br", ""]
    with pytest.raises(Unusable, match="days old"):
        open_table(str(path), DAY + OLDEST + 86400)
