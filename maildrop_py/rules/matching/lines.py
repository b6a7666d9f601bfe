"""lines: the line in which a match over bytes starts, for explanations."""

from __future__ import annotations


def line_of(data: bytes, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """The line as text, and the match in it in characters."""
    first = data.rfind(b"\n", 0, start) + 1
    last = data.find(b"\n", start)
    line = data[first : last if last >= 0 else len(data)]
    begin, behind = (len(_shown(line[: max(0, at - first)])) for at in (start, end))
    return _shown(line), (begin, min(behind, len(_shown(line))))


def _shown(data: bytes) -> str:
    return str(data, "utf-8", "replace")
