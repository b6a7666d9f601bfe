"""stats: what was delivered where, and why, from the delivery log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.console import Console

from maildrop_py.paths import UserPaths
from maildrop_py.report.statistics import Statistics, tables_of


@click.command()
@click.option("--log", metavar="FILE", help="The delivery log.")
@click.option("--days", type=click.FloatRange(min=0), help="Only the last so many days.")
@click.option("--json", "as_object", is_flag=True, help="One JSON object.")
def stats(log: str | None, days: float | None, as_object: bool) -> None:
    """Count deliveries by folder, rule, reason and day."""
    path = log or UserPaths(os.environ).log
    since = datetime.now(UTC) - timedelta(days=days) if days is not None else None
    statistics = Statistics()
    for entry in _entries(path, since):
        statistics.add(entry)
    if as_object:
        click.echo(json.dumps(statistics.as_json(), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for table in tables_of(statistics):
        console.print(table)
        console.print()
    console.print(f"{statistics.messages} messages, {statistics.bytes} bytes")


def _entries(path: str, since: datetime | None) -> Iterator[dict[str, Any]]:
    """The log's entries; a line cut short by a crash is passed over, and said."""
    try:
        file = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115
    except FileNotFoundError:
        raise click.ClickException(f"{path}: nothing was delivered yet") from None
    with file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line)
                when = datetime.fromisoformat(entry["time"])
            except (ValueError, KeyError, TypeError):
                click.echo(f"{path}:{number}: not a log entry", err=True)
                continue
            if since is None or when >= since:
                yield entry
