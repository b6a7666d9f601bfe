"""letters: numbered messages, more than a small disk holds, to be counted afterwards."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

MESSAGES = 24
SIZE = 30_000  # bytes of each
ROOM = "400k"  # for a dozen of them
RULES = """\
maildir: ~/Maildir
rules:
  - when: {subject: odd}
    then: {file: Odd, flags: [seen], copy: Copies}
"""
BODY = b"x" * 70 + b"\n" * SIZE


def letter(number: int) -> bytes:
    kind = "odd" if number % 2 else "plain"
    return f"Subject: {kind} #{number}#\n\n".encode() + BODY


def numbers(paths: list[Path]) -> Counter[int]:
    """How often each message is there; it must be whole."""
    seen: Counter[int] = Counter()
    for path in paths:
        data = path.read_bytes()
        found = re.search(rb"^Subject: .*#(\d+)#$", data, re.M)
        assert found, path
        assert data.partition(b"\n\n")[2] == BODY, f"{path} is not whole"
        seen[int(found[1])] += 1
    return seen
