"""What pflogsumm prints of a log of a real Postfix under load, and what we count: equal."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from maildrop_py.report.json_schemas import schema_of
from maildrop_py.report.statistics.maillog.as_json import traffic_as_object
from maildrop_py.report.statistics.maillog.traffic import Traffic
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.requirements import need
from tests.support.pflogsumm import details, needs_pflogsumm, rows, shown, summary, totals
from tests.support.postfix_load import Load

SESSIONS = 300
pytestmark = needs_pflogsumm
TOTALS = {
    "received": "received",
    "delivered": "delivered",
    "forwarded": "forwarded",
    "deferred": "deferred",
    "deferrals": "deferrals",
    "bounced": "bounced",
    "rejected": "rejected",
    "reject warnings": "reject_warnings",
    "held": "held",
    "discarded": "discarded",
    "bytes received": "bytes_received",
    "bytes delivered": "bytes_delivered",
    "senders": "senders",
    "sending hosts/domains": "sender_domains",
    "recipients": "recipients",
    "recipient hosts/domains": "recipient_domains",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a Postfix that had much to do."""
    need("postfix")
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-"))
    folder.chmod(0o755)  # pytest's own is closed to all but root
    postfix = Postfix(folder / "postfix")
    try:
        postfix.start()
        load = Load(postfix)
        load.prepare()
        return shutil.copy(load.run(SESSIONS), tmp_path_factory.mktemp("log") / "mail.log")
    finally:
        postfix.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def counted(log: Path) -> dict[str, Any]:
    return count(log)


@pytest.fixture(scope="module")
def printed(log: Path) -> str:
    return summary(log)


def count(log: Path) -> dict[str, Any]:
    traffic = Traffic(date.today())
    with open(log, encoding="utf-8", errors="replace") as lines:
        traffic.read(lines)
    return traffic_as_object(traffic)


def test_the_load_made_everything_that_is_compared(counted: dict[str, Any]) -> None:
    assert [name for name in TOTALS.values() if not counted["messages"][name]] == []
    assert counted["connections"]["number"] >= SESSIONS
    kinds = ("deferrals", "bounces")
    assert all(counted[kind] for kind in kinds)
    assert all(counted["refusals"].values())


def test_the_object_fits_its_schema(counted: dict[str, Any]) -> None:
    jsonschema.validate(json.loads(json.dumps(counted)), schema_of("maillog"))
    assert set(counted) == set(schema_of("maillog")["properties"])


def test_totals(counted: dict[str, Any], printed: str) -> None:
    found = {name: shown(counted["messages"][ours]) for name, ours in TOTALS.items()}
    assert found == {name: totals(printed)[name] for name in TOTALS}
    assert shown(counted["connections"]["number"]) == totals(printed)["connections"]


def test_hours(counted: dict[str, Any], printed: str) -> None:
    expected = [row[1:] for row in rows(printed, "Per-Hour Traffic Summary")]
    assert [[shown(value) for value in row.values()] for row in counted["hours"]] == expected


def test_recipients_by_domain(counted: dict[str, Any], printed: str) -> None:
    found = {}
    for name, row in counted["recipient_domains"].items():
        mean = row["delay"] / row["messages"] if row["messages"] else 0
        sums = [shown(row[each]) for each in ("messages", "bytes", "deferrals")]
        found[name] = [*sums, f"{mean:.1f}s", f"{row['most_delay']:.1f}s"]
    table = rows(printed, "Host/Domain Summary: Message Delivery")
    assert found == {row[-1]: row[:-1] for row in table}


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Host/Domain Summary: Messages Received", "sender_domains"),
        ("Senders by message count", "senders"),
        ("Recipients by message count", "recipients"),
    ],
)
def test_senders_and_recipients(
    counted: dict[str, Any], printed: str, title: str, key: str
) -> None:
    table = {row[-1]: row[:-1] for row in rows(printed, title)}
    found = {
        name: [shown(row["messages"]), shown(row["bytes"])] for name, row in counted[key].items()
    }
    width = len(next(iter(table.values())))
    assert {name: row[:width] for name, row in found.items()} == table


def test_connections_by_domain(counted: dict[str, Any], printed: str) -> None:
    table = rows(printed, "Host/Domain Summary: SMTPD Connections")
    found = {}
    for name, row in counted["connections"]["domains"].items():
        seconds = int(row["seconds"])
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        mean = int(seconds / row["connections"] + 0.5)
        found[name] = [shown(row["connections"]), clock, f"{mean}s", f"{row['most_seconds']}s"]
    assert found == {row[-1]: row[:-1] for row in table}


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("message deferral detail", ("deferrals",)),
        ("message bounce detail (by relay)", ("bounces",)),
        ("message reject detail", ("refusals", "reject")),
        ("message reject warning detail", ("refusals", "reject_warning")),
        ("message hold detail", ("refusals", "hold")),
        ("message discard detail", ("refusals", "discard")),
        ("Warnings", ("problems", "warning")),
        ("Master daemon messages", ("problems", "master")),
    ],
)
def test_reasons(counted: dict[str, Any], printed: str, title: str, path: tuple[str, ...]) -> None:
    found = counted
    for name in path:
        found = found[name]
    assert flat(found) == details(printed, title)


def test_time_stamps_of_rfc_3339(log: Path, counted: dict[str, Any], tmp_path: Path) -> None:
    """The same log as rsyslog writes it now."""
    modern = tmp_path / "modern.log"
    with open(log, encoding="utf-8", errors="replace") as lines, open(modern, "w") as file:
        for line in lines:
            stamp = f"{date.today():%Y-%m-%d}T{line[7:15]}.123456+09:00"
            file.write(f"{stamp}{line[15:]}")
    assert count(modern) == counted
    assert totals(summary(modern)) == totals(summary(log))


def flat(found: dict[str, Any], before: str = "") -> dict[str, int]:
    """Nested counts as pflogsumm's lines say them."""
    rows: dict[str, int] = {}
    for name, value in found.items():
        key = f"{before}\t{name}" if before else name
        rows |= flat(value, key) if isinstance(value, dict) else {key: value}
    return rows
