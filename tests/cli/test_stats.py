"""`stats`: what it counts, and the forms in which it shows it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from email import message_from_string
from email.policy import default
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from maildrop_py.cli.app import app
from maildrop_py.report.json_schemas import schema_of
from tests.support.statistics import counts, entry, month, stats, write_log


def test_a_period_counts_what_is_in_it_and_the_period_before(tmp_path: Path) -> None:
    days = [entry(time=f"2026-10-{day:02}T12:00:00Z") for day in range(1, 31)]
    log = write_log(tmp_path / "log", days)
    found = counts(tmp_path, "--log", log, "--since", "2026-10-20", "--until", "2026-10-25")
    assert found["messages"] == 5 and found["before"]["messages"] == 5
    assert list(found["days"]) == [f"2026-10-{day}" for day in range(20, 25)]
    assert list(found["before"]["days"]) == [f"2026-10-{day}" for day in range(15, 20)]
    shown = stats(tmp_path, "--log", log, "--since", "2026-10-20T12:00:01").output
    assert "new messages: 10" in shown


def test_a_period_that_makes_no_sense_is_a_wrong_command_line(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log", [entry()])
    for options in (
        ("--days", 3, "--since", "2026-10-20"),
        ("--since", "2026-10-20", "--until", "2026-10-20"),
        ("--html", "-", "--json"),
        ("--maillog", log, "--maildir", tmp_path),
        ("--maillog", log, "--user", "me"),
        ("--maildir", tmp_path, "--user", "me"),
    ):
        assert stats(tmp_path, "--log", log, *options).exit_code == 2, options


def test_one_user_is_known_by_the_address_or_the_name(tmp_path: Path) -> None:
    people = ("me@example.com", "You@example.com", "me@example.net")
    log = write_log(tmp_path / "log", [entry(recipient=it) for it in people])
    assert counts(tmp_path, "--log", log, "--user", "me")["messages"] == 2
    assert counts(tmp_path, "--log", log, "--user", "you@Example.com")["messages"] == 1


def test_rotated_and_compressed_files_are_read_with_the_log(tmp_path: Path) -> None:
    log = write_log(tmp_path / "deliveries.jsonl", [entry()] * 3)
    write_log(tmp_path / "deliveries-2026-09-001.jsonl", [entry()] * 4)
    packed = tmp_path / "deliveries-2026-08-001.jsonl.gz"
    packed.write_bytes(
        gzip.compress(b"".join(json.dumps(entry()).encode() + b"\n" for _ in "12345"))
    )
    assert counts(tmp_path, "--log", log)["messages"] == 12
    packed.write_bytes(packed.read_bytes()[:-30])
    result = stats(tmp_path, "--log", log, "--json")
    assert result.exit_code == 0 and packed.name in result.stderr


def test_the_number_of_processes_changes_no_number(tmp_path: Path) -> None:
    """Pieces of a large log are counted apart, waits of deferred mail across them too."""
    log = month(tmp_path / "log", "--entries", "9000")
    lines = log.read_text().splitlines(keepends=True)
    deferred = json.dumps(
        entry(result="deferred", message_id="<late>", time="2026-10-01T00:00:00Z")
    )
    came = json.dumps(entry(message_id="<late>", time="2026-10-31T00:00:00Z"))
    log.write_text(deferred + "\n" + "".join(lines) + came + "\n")
    assert log.stat().st_size > 2 * 2 * 1024 * 1024, "there are pieces"
    whole = counts(tmp_path, "--log", log)
    assert whole["messages"] + whole["results"]["deferred"] == len(lines) + 2
    assert whole["deferred"]["seconds"] == [30 * 86400.0] * 5
    half = len(lines) // 2
    parts = [
        write_log(tmp_path / name, map(json.loads, part))
        for name, part in (
            ("a", [deferred, *lines[:half]]),
            ("b", [*lines[half:], came]),
        )
    ]
    apart = counts(tmp_path, "--log", parts[0], "--log", parts[1])
    for found in (apart, whole):
        del found["hosts"]  # there are more than are remembered: the rarest differ
    assert apart == whole


def test_anonymous_says_nobodys_name(tmp_path: Path) -> None:
    secret = {
        "sender": "secret@nobodyshost.example.org",
        "recipient": "me@nobodyshost.example.com",
        "rule": "from secret@nobodyshost.example.org",
        "actions": ["forwarded to secret@nobodyshost.example.org"],
        "folders": [],
        "reasons": ["a: 192.0.2.77 2001:db8::77"],
        "warnings": ["/home/nobodyshost/Maildir: no space"],
        "client_address": "192.0.2.77",
        "client_name": "mx.nobodyshost.example.org",
        "helo": "nobodyshost.example.org",
    }
    failed = {
        **secret,
        "result": "deferred",
        "error": "/home/nobodyshost/x: full for <secret@nobodyshost>",
    }
    log = write_log(tmp_path / "log", [entry(**secret), entry(**failed)])
    for form in ((), ("--json",), ("--csv",), ("--html", "-")):
        open_ = stats(tmp_path, "--log", log, *form).output
        shown = stats(tmp_path, "--log", log, "--anonymous", *form).output
        for word in ("nobodyshost", "secret", "192.0.2.77", "db8::77"):
            assert word in open_ and word not in shown, (form, word)


def test_csv_has_every_number_of_the_tables(tmp_path: Path) -> None:
    junk_mail = entry(folders=["Junk"], rule="spam")
    log = write_log(tmp_path / "log", [entry()] * 1234 + [junk_mail])
    rows = list(csv.DictReader(io.StringIO(stats(tmp_path, "--log", log, "--csv").stdout)))
    junk = [row for row in rows if row["figure"] == "folders" and row["name"] == "Junk"]
    assert {(row["column"], row["value"]) for row in junk} >= {("messages", "1")}
    assert "1235" in {row["value"] for row in rows if row["name"] == "new messages"}


def test_mail_is_a_message_with_text_and_the_page_attached(tmp_path: Path) -> None:
    log = month(tmp_path / "log", "--entries", "300")
    printed = stats(tmp_path, "--log", log, "--mail", "me@example.com").stdout
    message = message_from_string(printed, policy=default)
    assert message["To"] == "me@example.com" and message["Auto-Submitted"] == "auto-generated"
    body, page = message.iter_parts()
    assert "Lists/birdwatchers" in body.get_content()
    assert page.get_filename() == "statistics.html" and "<svg" in page.get_content()
    assert max(map(len, printed.splitlines())) < 998
    assert stats(tmp_path, "--log", log, "--mail", "me@example.com\nBcc: you").exit_code == 2


def test_a_terminal_shows_bars_and_sparklines(tmp_path: Path) -> None:
    log = month(tmp_path / "log")
    printed = stats(tmp_path, "--log", log, "--since", "2026-10-16").stdout
    assert "Lists/birdwatchers" in printed and "█" in printed and "▁" in printed
    assert max(map(len, printed.splitlines())) <= 200


def test_maildir_shows_mail_that_is_filed_already(tmp_path: Path) -> None:
    for folder in ("", ".Junk/", ".Lists.beans/"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / "Maildir" / folder / part).mkdir(parents=True)
    head = (
        "Return-Path: <ann@example.org>\nReceived: from friend (dsl-1-2.isp.br [192.0.2.9])\n"
        " by mx.example.com with ESMTP; Mon, 5 Oct 2026 03:12:55 +0000\nList-Id: <beans.example>\n"
    )
    for number in range(3):
        (tmp_path / f"Maildir/cur/{number}.x:2,S").write_text(head + "\nhello\n")
    (tmp_path / "Maildir/.Junk/cur/7.x:2,").write_text(f"X-Spam-Score: 7\n{head}\nbuy\n")
    (tmp_path / "Maildir/new/broken").write_bytes(b"\0\xff")
    found = counts(tmp_path, "--maildir", tmp_path / "Maildir")
    assert found["messages"] == 5
    assert found["folders"] == {"INBOX": 4, "Junk": 1}
    assert found["client_domains"] == {".br": {"inbox": 3, "junk": 1}}
    assert found["helo"] == {"no_dot": {"inbox": 3, "junk": 1}}
    assert found["days"]["2026-10-05"] == 4
    assert found["lists"] == {"beans.example": {"inbox": 3, "junk": 1}}
    assert "Where it is" in stats(tmp_path, "--maildir", tmp_path / "Maildir").output
    assert stats(tmp_path, "--maildir", tmp_path).exit_code == 1


def test_the_policy_s_funnel_stands_beside_the_deliveries(tmp_path: Path) -> None:
    request = {
        "time": "2026-10-05T03:12:55Z",
        "client_address": "192.0.2.9",
        "client_name": "dsl-1-2.isp.br",
        "helo_name": "friend",
        "action": "DUNNO",
        "rule": "r",
        "want": "pass",
    }
    lines = [
        *[request] * 4,
        *[request | {"want": "reject", "action": "REJECT no"}] * 3,
        *[request | {"want": "greylist", "outcome": "new", "left": 300}] * 2,
        request | {"want": "greylist", "outcome": "back", "waited": 320},
        *[request | {"want": "tarpit", "outcome": "tarpit"}] * 3,
        {"time": "2026-10-05T03:14:55Z", "client_address": "192.0.2.9", "outcome": "sent"},
    ]
    log = write_log(tmp_path / "log", [entry()])
    policy = write_log(tmp_path / "policy", lines)
    policy.write_text(policy.read_text() + "not one of ours\n")
    found = counts(tmp_path, "--log", log, "--policy-log", policy)["policy"]
    assert found["told"] == {"passed": 5, "tarpit": 3, "come_again": 2, "refused": 3}
    assert found["median_wait"] == 320 and found["unreadable"] == 1
    shown = stats(tmp_path, "--log", log, "--policy-log", policy, "--csv").stdout
    steps = [row for row in csv.DictReader(io.StringIO(shown)) if row["figure"] == "policy-funnel"]
    assert [row["value"] for row in steps] == ["13", "10", "8", "6"]


def test_what_is_printed_fits_the_schema(tmp_path: Path) -> None:
    log = month(tmp_path / "log", "--entries", "300")
    jsonschema.validate(counts(tmp_path, "--log", log, "--days", 9999), schema_of("stats"))


def test_a_terminal_with_colours_shows_where_each_row_s_mail_went(tmp_path: Path) -> None:
    entries = [entry(rule="both", folders=[folder]) for folder in ("INBOX", "Junk", "Junk", "Junk")]
    log = write_log(tmp_path / "log", entries)
    environ = {"HOME": str(tmp_path), "FORCE_COLOR": "1", "LC_ALL": "C.UTF-8", "NO_COLOR": ""}
    printed = CliRunner().invoke(app, ["stats", "--log", str(log)], env=environ).stdout
    bars = printed.partition("Rules that ended the run")[2]
    row = next(line for line in bars.splitlines() if line.startswith("both  "))
    blue, orange = (part.count("█") for part in row.split("\x1b[33m"))
    assert 2.5 < orange / blue < 3.5
