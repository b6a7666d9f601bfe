"""table: results as a Markdown table, to look at and to put into the README."""

from __future__ import annotations


def markdown(headings: list[str], rows: list[list[str]]) -> str:
    """A Markdown table with aligned columns; the first column left, the others right."""
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [headings, rule, *rows])


def _line(cells: list[str], widths: list[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(c.rjust(w) for c, w in others)]) + " |"


def milliseconds(seconds: float) -> str:
    """12.3 ms"""
    return f"{seconds * 1000:.1f} ms"


def times(ratio: float) -> str:
    """1.73 x"""
    return f"{ratio:.2f} x"


def verdict(value: float, limit: float, at_least: bool = False) -> str:
    """Whether `value` keeps within `limit` (or reaches it), in a word for a reader."""
    kept = value >= limit if at_least else value <= limit
    return (
        f"{'kept' if kept else 'MISSED'}: {value:.2f}, asked {'>=' if at_least else '<='} {limit:g}"
    )
