"""No message costs much more than its length to take apart, in time or in memory."""

from __future__ import annotations

import gc
import os
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from maildrop_py.message import parts
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource, FileSource
from tests.faults.hostile.mail_bombs import MIXED, SHAPES, work

MEGABYTE = 1 << 20
MOST_TIME = 2.5  # times the processor time for twice the size
TOO_SHORT = 0.05  # seconds of processor time that say nothing yet
MOST_MEMORY = 4  # times the message, itself included
CAP = 3 * parts.MOST_EXAMINED  # bytes, however large the message


def seconds(data: bytes) -> float:
    """Processor time; the less of two tries."""
    taken = []
    for _ in range(2):
        gc.collect()
        began = time.process_time()
        work(data)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_size_is_at_most_about_twice_the_time(shape: str) -> None:
    taken = [seconds(SHAPES[shape](size * MEGABYTE)) for size in (1, 2, 4, 8)]
    for less, more in pairwise(taken):
        assert more <= MOST_TIME * max(less, TOO_SHORT), taken


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_bounded_by_the_size(shape: str) -> None:
    data = SHAPES[shape](8 * MEGABYTE)
    assert peak(lambda: work(data)) + len(data) <= MOST_MEMORY * len(data)


def peak(call: object) -> int:
    """The most bytes that Python held at a time during the call."""
    tracemalloc.start()
    try:
        call()  # type: ignore[operator]
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_huge_message_takes_no_more_than_a_fixed_cap(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(MIXED + b"--b\n\ntext\n--b\nContent-Type: image/png; name=a.scr\n\n")
        os.truncate(path, 1 << 32)
    message = Message(FileSource(str(path)))

    def read() -> None:
        names = [one.name for one in message.parts.attachments]
        assert names == ["a.scr", ""]
        assert message.parts.bodies[0] == "text"

    assert peak(read) <= CAP
    assert message.parts.cuts[0] == "more than 64 MB in one message"


def test_what_is_called_cheap_is_cheap() -> None:
    """The worst of 43 shapes takes some thousandths of a second."""
    for shape, make in SHAPES.items():
        size = parts.CHEAP_SIZE
        while size and not parts.are_cheap(data := make(size)):
            size //= 2
        if size:
            assert seconds(data) < 0.5, shape
    assert parts.are_cheap(b"x" * parts.CHEAP_SIZE)
    assert not parts.are_cheap(b"x" * (parts.CHEAP_SIZE + 1))
    assert not parts.are_cheap(b"\n--" * (parts.CHEAP_LINES + 1))


@pytest.mark.parametrize(
    ("shape", "limit"),
    [
        ("nested 300", "levels"),
        ("parts", "parts"),
        ("header lines of a part", "header of a part"),
        ("a boundary almost", "lines that begin with --"),
        ("nested encodings", "encoded"),
    ],
)
def test_what_is_beyond_a_limit_is_one_part_that_rules_still_see(shape: str, limit: str) -> None:
    data = SHAPES[shape](2 * MEGABYTE)
    found = Message(BytesSource(data)).parts
    assert found.attachments
    assert any(found.bodies)
    assert any(limit in cut for cut in found.cuts), found.cuts
