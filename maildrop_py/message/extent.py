"""extent: where a message begins in bytes that hold it, and where its header ends.

Lines end in LF, CR LF or, where the header has no LF at all, bare CR. Blank lines
and a `From ` line on top are not part of the message.
"""

from __future__ import annotations

HEAD_LIMIT = 1 << 20  # bytes in which the end of the header is looked for
_WHITE = b" \t"
_TOP = frozenset((b"\n", b"\r", b" ", b"\t"))  # what may begin blank lines
_BLOCK = 1 << 16  # bytes


def head_end(data: bytes) -> int:
    """Where the body begins: the offset behind the blank line, -1 if `data` has none."""
    start = behind_blank_lines(data, 0)
    if start == len(data):
        return -1
    found = data.find(b"\n\n", start)
    if data.find(b"\r", start, found if found >= 0 else len(data)) < 0:
        return found + 2 if found >= 0 else -1
    return _head_end_among_crs(data, start, found)


def _head_end_among_crs(data: bytes, start: int, found: int) -> int:
    """The same; `found` is where the first LF LF is."""
    if has_bare_cr(data, start):
        end = data.find(b"\r\r", start)
        return end + 2 if 0 <= end < len(data) - 2 else -1
    ends = [found + 2] if found >= 0 else []
    limit = found + 1 if found >= 0 else len(data)
    for blank in (b"\n\r\n", b"\n\r\r\n"):
        found = data.find(blank, start, limit)
        ends += [found + len(blank)] if found >= 0 else []
    return min(ends, default=-1)


def message_start(data: bytes) -> int:
    """Where the message in `data` begins: behind blank lines and a `From ` line on top.

    A blank line behind the `From ` line ends the header, which has no fields then.
    0 where there are blank lines alone.
    """
    first = data[:1]
    if first == b"F":
        return _from_line_end(data, 0)
    if first not in _TOP:
        return 0
    start = behind_blank_lines(data, 0)
    return max(start, _from_line_end(data, start)) if start < len(data) else 0


def from_line_of(top: bytes) -> bytes:
    """The mbox `From ` line in what is on top of a message, without its line end; b"" if none."""
    start = behind_blank_lines(top, 0)
    return top[start : _from_line_end(top, start)].rstrip(b"\r\n")


def behind_blank_lines(data: bytes, start: int) -> int:
    """Where the first line begins, from `start` on, that is not blank; the end if all are."""
    if data[start : start + 1] not in _TOP:
        return start
    at = start
    while at < len(data) and data[at] in b" \t\r\n":
        block = data[at : at + _BLOCK]
        at += len(block) - len(block.lstrip(b" \t\r\n"))
    if at == len(data):
        return at
    return max(start - 1, data.rfind(b"\n", start, at), data.rfind(b"\r", start, at)) + 1


def _from_line_end(data: bytes, start: int) -> int:
    """The offset behind the mbox `From ` line at `start`; 0 if there is none.

    A line that does not end is none: nothing would be left of the message.
    """
    if not data.startswith(b"From ", start):
        return 0
    if data[start + 4 : start + 80].lstrip(_WHITE).startswith(b":"):
        return 0
    newline = b"\r" if has_bare_cr(data, start) else b"\n"
    return data.find(newline, start, start + HEAD_LIMIT) + 1


def line_end(head: bytes) -> bytes:
    """The message's own line end: CR LF if its first line has it, CR if no line has LF."""
    newline = head.find(b"\n")
    if newline < 0 and b"\r" in head:
        return b"\r"
    return b"\r\n" if head[: newline + 1].endswith(b"\r\n") else b"\n"


def has_bare_cr(data: bytes, start: int) -> bool:
    """Whether lines end in CR alone: the header is over before any LF comes."""
    newline = data.find(b"\n", start)
    if newline < 0:
        return data.find(b"\r", start) >= 0
    blank = data.find(b"\r\r", start, newline)
    return blank >= 0 and bool(data[blank:newline].strip(b"\r"))
