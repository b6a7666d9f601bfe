"""A log is full of what strangers wrote. None of it may act on a page, a terminal or a sheet."""

from __future__ import annotations

import csv
import io
import random
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.browser import faults_of, needs_chromium
from tests.support.statistics import counts, entry, stats, write_log

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}</style>",
    "</svg></title><svg onload=alert(1)>",
    "</text></g></desc><foreignObject><iframe src='javascript:alert(1)'>",
    "]]><!--",
    "{text} {number:>{width}} %s %n",
    "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "\u202egnp.exe\u2066\u2028",
    "=cmd|' /C calc'!A0",
    "\ud800\x00\x08\x7f",
    "e" + "\u0301" * 500,
    "long-" * 400,
    "<<>><mailing.list>",
    "&lt;b&gt;&#x3c;",
)
FIELDS = (
    "sender",
    "recipient",
    "rule",
    "list_id",
    "client_name",
    "helo",
    "client_address",
    "error",
)
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "p",
        "nav",
        "ul",
        "li",
        "a",
    ),
    *(
        "main",
        "section",
        "h2",
        "div",
        "figure",
        "figcaption",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
    ),
    *("td", "svg", "rect", "small", "span", "i", "dl", "dt", "dd", "details", "summary", "footer"),
}


class Elements(HTMLParser):
    """What a browser would make of a page: elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.styles |= {value or "" for name, value in attrs if name == "style"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Each hostile text in every place where a text of strangers can be."""
    entries = []
    for number, evil in enumerate(EVIL):
        for name in FIELDS:
            fields = {name: evil, "client_address": f"192.0.2.{number}", "spam_score": number}
            result = {"result": "deferred"} if name == "error" else {}
            entries.append(entry(**(fields | {name: evil} | result)))
        more = {"folders": [evil], "reasons": [f"{evil}: {evil}"], "warnings": [evil]}
        answers = {"spf": evil, "dnsbl": [evil], "reverse_name": evil, "helo": [evil]}
        entries.append(entry(**more, evidence=answers, client_address="192.0.2.1", actions=[evil]))
        entries.append(entry(result=evil, command=evil))
    return write_log(tmp_path / "log.jsonl", entries)


def test_a_page_has_no_element_and_no_attribute_of_theirs(log: Path, tmp_path: Path) -> None:
    page = stats(tmp_path, "--log", log, "--html", "-").stdout
    found = Elements()
    found.feed(page)
    assert found.names <= ALLOWED
    assert not {name for name in found.attributes if name.startswith("on")} | (
        found.attributes & {"src", "srcdoc", "action", "formaction"}
    )
    assert all(style.split(":")[0] in ("left", "right", "margin-top") for style in found.styles)
    assert page.count("<style>") == 1
    assert not set(page) & {chr(code) for code in (0, 8, 27, 127, 0x9B, 0x202E, 0x2066, 0x2028)}


@pytest.mark.parametrize("form", [(), ("--csv",), ("--mail", "me@example.com"), ("--anonymous",)])
def test_no_control_character_reaches_a_terminal_or_a_mail_reader(
    log: Path, tmp_path: Path, form: tuple[str, ...]
) -> None:
    printed = stats(tmp_path, "--log", log, *form).stdout
    allowed = {"\n", "\r"} if form == ("--csv",) else {"\n"}
    assert {char for char in printed if char < " " or "\x7f" <= char < "\xa0"} <= allowed
    assert "\u202e" not in printed


def test_a_spreadsheet_gets_no_formula(log: Path, tmp_path: Path) -> None:
    printed = stats(tmp_path, "--log", log, "--csv").stdout
    cells = [cell for row in csv.reader(io.StringIO(printed)) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


@needs_chromium
@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_stays_in_its_place(log: Path, tmp_path: Path, width: int) -> None:
    page = stats(tmp_path, "--log", log, "--html", "-").stdout
    assert faults_of(page, tmp_path, width, dark=False, name="hostile") == []


def test_values_of_the_wrong_kind_are_counted_and_change_nothing_else(tmp_path: Path) -> None:
    wrong = [
        *(None, True, 3.5, "x", [], {}, [[]], {"a": 1}, -1, 1e400, "9" * 50, [None], [1, {}]),
    ]
    chance = random.Random(5)
    entries = [entry()]
    for name in entry(evidence={}, spam_score=1.0, seconds=0.1, list_id="<l>", client_address="x"):
        for value in wrong:
            if name not in ("time", "version", "result"):
                entries.append(entry(**{name: value, "evidence": chance.choice(wrong)}))
    log = write_log(tmp_path / "log.jsonl", entries)
    found = counts(tmp_path, "--log", log)
    assert 0 < found["unreadable"] < len(entries)
    assert found["messages"] >= 1
    for form in ((), ("--html", "-"), ("--csv",)):
        assert stats(tmp_path, "--log", log, *form).exit_code == 0


def test_lines_that_are_no_entries_are_counted_and_told(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.jsonl", [entry(), entry()])
    bad = [b"\n", b"{", b"[1]", b'{"time": 5}', b"\xff\xfe", b"[" * 100_000, b'{"time": "then"}']
    log.write_bytes(log.read_bytes() + b"\n".join(bad) + b'\n{"time": "2026-')
    result = stats(tmp_path, "--log", log, "--json")
    assert counts(tmp_path, "--log", log)["messages"] == 2
    assert "is not a log entry" in result.stderr and "more lines like it" in result.stderr


def test_a_million_names_do_not_make_the_page_large(tmp_path: Path) -> None:
    long = "x" * 250
    entries = (
        entry(
            sender=f"{number}{long}@{number}.example",
            folders=[f"Lists/{number}{long}"],
            rule=f"{number}{long}",
            list_id=f"<{number}{long}>",
            time=f"{1990 + number % 80}-{number % 12 + 1:02}-{number % 28 + 1:02}T00:00:00Z",
            client_address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            client_name=f"{number}{long}.{number}",
            helo=f"{number}{long}",
            reasons=[f"{number}{long}"] * 3,
            warnings=[f"{number}{long}"],
        )
        for number in range(30_000)
    )
    log = write_log(tmp_path / "log.jsonl", entries)
    page = stats(tmp_path, "--log", log, "--html", "-").stdout
    assert len(page.encode()) < 500_000
    found = counts(tmp_path, "--log", log)
    assert found["messages"] == 30_000
    assert sum(found["folders"].values()) == 30_000
