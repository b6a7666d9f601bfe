"""dry_run_rows: one line a message, for the table, the summary and `--json` of a dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from maildrop_py.record import record
from maildrop_py.report.decision_as_json import actions_as_json
from maildrop_py.report.tables import COUNT, Column, counted, table
from maildrop_py.report.wording import (
    NO_RULE,
    action_kind,
    destination,
    flag_names,
    total_score,
)
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.message import Message

LONGEST_TABLE = 40
"""Messages; of more than this the table is left out unless it is asked for."""

COLUMNS = (
    Column("message", order=2, least=10, from_left=True),
    Column("subject", order=1, least=8),
    Column("goes to", order=4),
    Column("by rule", order=3, least=8),
)
SUMMARY = (COUNT, Column("goes to", order=2), Column("by rule", order=1, least=8))


@record
class Row:
    """What a dry run says of one message; the fields are the keys of `--json`."""

    path: str
    rule: str | None
    action: str
    folder: str | None
    flags: tuple[str, ...]
    copies: tuple[str, ...]
    spam_score: float | None
    spf: str | None
    reasons: tuple[str, ...]
    destination: str
    subject: str
    actions: tuple[dict[str, Any], ...]


def row_of(path: str, message: Message, decision: Decision, evidence: Evidence) -> Row:
    """The row of one message and what was decided for it."""
    filings = decision.filings
    last = filings[-1] if filings and decision.actions[-1] is filings[-1] else None
    copies = filings[:-1] if last is not None else filings
    return Row(
        path,
        decision.rule,
        action_kind(decision),
        last.folder if last else None,
        tuple(flag_names(last)) if last else (),
        tuple(filing.folder for filing in copies),
        total_score(evidence.spam().score, decision),
        None if (spf := evidence.answered("spf")) is None else spf.result,
        tuple(f"{reason.rule}: {reason.because}" for reason in decision.reasons),
        destination(decision, text),
        message.headers.first("Subject") or "",
        actions_as_json(decision),
    )


def as_json(row: Row) -> dict[str, object]:
    """The object that `--json` prints for a row."""
    whole = ("path", "rule", "action", "folder", "flags", "copies", "spam_score", "spf", "reasons")
    return {field: getattr(row, field) for field in (*whole, "actions")}


def table_of(rows: Iterable[Row]) -> list[str]:
    """A row a message, as a table."""
    return table(COLUMNS, [(_name(row), row.subject, row.destination, _by(row)) for row in rows])


def summary_of(counts: Counter[tuple[str, str]]) -> list[str]:
    """How many messages each rule sends where, most first, as a table."""
    rows = [(str(count), where, rule) for (where, rule), count in counts.most_common()]
    return table(SUMMARY, rows)


def print_counts(counts: Counter[tuple[str, str]]) -> None:
    """How many messages would go where, and by which rule."""
    print(*summary_of(counts), sep="\n")
    messages = counted(counts.total(), "message")
    print(text("{messages}; nothing was changed", messages=messages))


def summary_key(row: Row) -> tuple[str, str]:
    """What a summary counts a row under."""
    return row.destination, _by(row)


def _by(row: Row) -> str:
    return row.rule or text(NO_RULE)


def _name(row: Row) -> str:
    return row.path.rpartition("/")[2]
