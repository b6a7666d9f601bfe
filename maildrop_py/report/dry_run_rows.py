"""dry_run_rows: one line a message, for the table, the summary and `--json` of a dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from maildrop_py.record import record
from maildrop_py.report.wording import action_kind, destination, flag_names, total_score

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.table import Table

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.message import Message

NO_RULE = "(no rule)"
LONGEST_NAME = 28
"""Characters of a file's name in a table."""
LONGEST_SUBJECT = 26


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
        evidence.spf_asked(),
        tuple(f"{reason.rule}: {reason.because}" for reason in decision.reasons),
        destination(decision),
        message.headers.first("Subject") or "",
    )


def as_json(row: Row) -> dict[str, object]:
    """The object that `--json` prints for a row."""
    fields = ("path", "rule", "action", "folder", "flags", "copies", "spam_score", "spf", "reasons")
    return {field: getattr(row, field) for field in fields}


def table_of(rows: Iterable[Row]) -> Table:
    """A row a message, as a table; what is too long for it is cut."""
    table = plain_table("message", "subject", "goes to", "by rule")
    table.columns[1].max_width = LONGEST_SUBJECT
    table.columns[1].no_wrap = True
    for row in rows:
        add_row(table, _tail(row.path), row.subject, row.destination, row.rule or NO_RULE)
    return table


def summary_rows(counts: Counter[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Headings, then how many messages each rule sends where, most first."""
    rows = [(str(count), where, rule) for (where, rule), count in counts.most_common()]
    return [("messages", "goes to", "by rule"), *rows]


def summary_of(counts: Counter[tuple[str, str]]) -> Table:
    """The same as a table."""
    headings, *rows = summary_rows(counts)
    table = plain_table(*headings)
    table.columns[0].justify = "right"
    for row in rows:
        add_row(table, *row)
    return table


def plain_table(*headings: str) -> Table:
    """A table without lines, as other commands can cut it up."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="ellipsis")
    return table


def add_row(table: Table, *cells: str) -> None:
    """A row of texts as they are: brackets in a subject are no markup."""
    from rich.text import Text

    table.add_row(*map(Text, cells))


def _tail(path: str) -> str:
    name = path.rpartition("/")[2]
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]


def summary_key(row: Row) -> tuple[str, str]:
    """What a summary counts a row under."""
    return row.destination, row.rule or NO_RULE
