"""stats: what was done with mail, where it went, and why, from the delivery log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click

from maildrop_py.cli.log_option import logs_option, logs_to_read
from maildrop_py.report.log_reader import Entry, entries
from maildrop_py.report.standard_error import say
from maildrop_py.report.statistics import Statistics, tables_of
from maildrop_py.report.tables import counted


@click.command()
@logs_option
@click.option("--days", type=click.FloatRange(min=0), help="Only the last so many days.")
@click.option("--json", "as_object", is_flag=True, help="One JSON object.")
def stats(logs: tuple[str, ...], days: float | None, as_object: bool) -> None:
    """Count messages by folder, rule, reason and day, and what failed.

    Days are those of this machine's time zone. What refile, watch, import and undo
    did is counted separately.
    """
    since = datetime.now(UTC) - timedelta(days=days) if days is not None else None
    statistics = Statistics()
    for path in logs_to_read(logs):
        for entry in _entries(path, since):
            statistics.add(entry)
    if as_object:
        click.echo(json.dumps(statistics.as_json(), ensure_ascii=False, indent=2))
        return
    for lines in tables_of(statistics):
        print(*lines, "", sep="\n")
    messages, size = counted(statistics.messages, "new message"), counted(statistics.bytes, "byte")
    click.echo(f"{messages}, {size}")


def _entries(path: str, since: datetime | None) -> Iterator[Entry]:
    try:
        for entry in entries(path, say):
            when = _time_of(entry)
            if when is None:
                say(path, f"an entry has no time but {entry['time']!r}")
            elif since is None or when >= since:
                yield entry
    except FileNotFoundError:
        raise click.ClickException(f"{path}: nothing was delivered yet") from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error


def _time_of(entry: Entry) -> datetime | None:
    try:
        when = datetime.fromisoformat(entry["time"])
    except ValueError:
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
